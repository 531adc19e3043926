! Heat flow in a rod.
module heat
  use, intrinsic :: iso_fortran_env, only: real64
  implicit none
  private
  public :: rod, step

  integer, parameter :: max_cells = 1000
  real(real64) :: ambient = 20.0

  !> A rod of equal cells.
  type, public :: rod
    integer :: cells = 0
    real(real64), allocatable :: temperature(:)
  contains
    procedure :: total => rod_total
    procedure, private :: check
  end type rod

  type, extends(rod) :: bent_rod
    real(real64) :: angle
  end type bent_rod

  interface step
    module procedure step_one, step_many
  end interface step

  enum, bind(c)
    enumerator :: red = 1, green
  end enum

contains

  !> Moves heat for one step.
  ! TODO: implicit scheme
  subroutine step_one(self, dt)
    type(rod), intent(inout) :: self
    real(real64), intent(in) :: dt
    integer :: local
    local = self%cells
  contains
    subroutine inner()
      local = local + 1
    end subroutine inner
  end subroutine step_one

  subroutine step_many(self, dt, n)
    type(rod), intent(inout) :: self
    real(real64), intent(in) :: dt
    integer, intent(in) :: n
  end subroutine step_many

  pure function rod_total(self) result(total)
    class(rod), intent(in) :: self
    real(real64) :: total
    total = sum(self%temperature)
  end function rod_total

  real function check(self)
    class(rod), intent(in) :: self
    check = 1.0
  end function check

end module heat

submodule (heat) heat_details
contains
  module procedure later_on
  end procedure later_on
end submodule heat_details

program simulate
  use heat
  implicit none
  type(rod) :: r
  call step(r, 0.1d0)
end program simulate

subroutine before(x)
  real :: x
end subroutine before

subroutine wrong(x
  real :: = (
end subroutine wrong

subroutine after(y)
  real :: y
end subroutine after
