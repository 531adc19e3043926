// The weather station: sensors, readings, and what they mean.
import Foundation
@testable import StationCore
import struct Units.Temperature

/// Anything that can be measured.
public protocol Measurable: AnyObject {
    associatedtype Value: Comparable
    var latest: Value? { get }
    func measure(at time: Date, retry: Int) throws -> Value
    init(name: String)
}

/**
 A sensor with a history.

 TODO: forget old readings
 */
public final class Sensor<V: Comparable>: Measurable {
    public typealias Value = V

    enum State: String {
        case idle, busy = "working"
        case failed(code: Int, String)

        var isFinal: Bool { self == .idle }
    }

    private var readings: [V] = [], names: [String] = []
    static let shared = Sensor<Double>(name: "roof")
    public private(set) var state = State.idle
    fileprivate let name: String
    var latest: V? {
        get { readings.last }
        set(reading) {
            if let reading { readings.append(reading) }
        }
    }
    lazy var label: String = { name.uppercased() }()
    var limit = 3 {
        didSet { trim(to: oldValue) }
    }

    public init(name: String) {
        self.name = name
    }

    deinit {
        log("gone")
    }

    subscript(index: Int) -> V {
        return readings[index]
    }

    public func measure(at time: Date, retry count: Int = 2) throws -> V {
        guard let source = sources[name], count > 0 || !strict else {
            throw SensorError.missing(name)
        }
        var attempts = count
        for (index, value) in source.values.enumerated() where value > limit {
            if index > 3 && attempts > 0 {
                attempts -= 1
            } else if case .failed(let code, _) = state {
                log("failed \(code)")
            } else {
                continue
            }
        }
        repeat {
            attempts += source.retry(time)
        } while attempts < 0
        switch state {
        case .idle, .busy:
            trim(to: 1)
        case let .failed(code, message):
            report(code, message)
        default:
            break
        }
        do {
            try source.close()
        } catch let error as SensorError {
            log(error.text)
        } catch {
            log("other")
        }
        let sorted = readings.sorted { left, right in left > right }
        let (first, second) = split(sorted)
        readings.map { $0 }.forEach { [weak self] reading in self?.keep(reading) }
        return first > second ? first : second
    }

    private func trim(to count: Int) {
        while readings.count > count { readings.removeFirst() }
    }
}

extension Sensor where V == Double {
    /// The mean of all readings.
    func mean() -> Double {
        var sum = 0.0
        for reading in readings { sum += reading }
        return sum / Double(readings.count)
    }

    static func < (left: Sensor, right: Sensor) -> Bool {
        left.name < right.name
    }
}

struct Place {
    let x, y: Double
    var length: Double { (x * x + y * y).squareRoot() }
    mutating func move(by step: Double) { x += step }
}

actor Station {
    private var sensors: [String: Place] = [:]

    func add(_ place: Place, named name: String) async throws {
        sensors[name] = try await locate(place).rounded()
    }
}

open class Base {
    open func refresh() {}
    class func make() -> Base { Base() }
}

let station = Station()
var verbose = false

func report<T>(_ values: T..., into output: inout String) -> Int {
    let scale = { (value: T, factor) -> Int in value.hash * factor }
    let verbose = true
    output.append(verbose ? "ok" : "")
    return scale(values[0], 2)
}

#if DEBUG
func debugOnly() {}
#endif

@freestanding(expression)
macro stringify(_ value: Int) -> String = #externalMacro(module: "Macros", type: "Stringify")

final class SensorTests: XCTestCase {
    func testMeanOfNothing() {
        XCTAssertEqual(Sensor<Double>(name: "a").mean(), 0)
    }
}

@Test("limits are kept", .tags(.slow))
func keepsLimits() {
    #expect(Place(x: 1, y: 2).length > 1)
}

func beforeTheBreak() -> Int { 1 }

func broken(a: Int {
    let x = = a
}

func afterTheBreak() -> Int {
    return beforeTheBreak()
}

class AlsoAfter {
    let kept = 1
}
