"""
Orbits of small bodies.
"""
module Orbits

using LinearAlgebra
import Base: show, +
export Body, period, @timed_step

"Gravitational constant in SI units."
const G = 6.674e-11
step_count = 0

abstract type Thing end
primitive type Flags <: Unsigned 8 end

"""
    Body(mass, position)

A point mass.
"""
struct Body{T<:Real} <: Thing
    mass::T
    position::Vector{T}

    Body{T}(mass) where {T} = new{T}(mass, zeros(T, 3))
end

mutable struct Simulation
    bodies::Vector{Body}
    time::Float64
end

@enum Shape circle ellipse

# Time of one revolution.
function period(body::Body, radius)
    inner(x) = x^3
    # TODO: relativistic correction
    return 2π * sqrt(inner(radius) / (G * body.mass))
end

energy(body::Body, speed) = 0.5 * body.mass * speed^2

function +(a::Body, b::Body)
    Body(a.mass + b.mass, a.position)
end

function Base.show(io::IO, body::Body)
    print(io, "Body(", body.mass, ")")
end

area(r::T)::T where {T<:Real} = r^2

macro timed_step(expression)
    quote
        local started = time()
        $(esc(expression))
    end
end

module Units
const AU = 1.496e11
end

before(x) = x + 1

function wrong(x)
    return x ] + 1
end

function after(y)
    return y * 2
end

end
