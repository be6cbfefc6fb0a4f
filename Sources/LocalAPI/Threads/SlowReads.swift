import CScheduler
import Dispatch
import NIOPosix

/// Where reads are answered that may take long. On an event loop each of them would hold up all clients whose connections that
/// loop has.
enum SlowReads {
  /// Few: more would share the same cores, and each query's time is limited.
  private static let count = 4

  /// They take long turns, and stand behind event loops: whoever has something short to do, on this machine or in this process, need not
  /// wait for theirs to end.
  private static let pool: NIOThreadPool = {
    let pool = NIOThreadPool(numberOfThreads: count)
    pool.start()
    let all = DispatchGroup()
    for _ in 0..<count { all.enter() }
    for _ in 0..<count {
      pool.submit { _ in
        _ = take_turns(UInt32(long_turn), Int32(behind_answers))
        all.leave()
        // Until all are here, so that each thread has one of these.
        all.wait()
      }
    }
    return pool
  }()

  /// Runs a read, which must not wait for anything but the mirror.
  static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async throws -> Value {
    try await pool.runIfActive(body)
  }

  /// How far a read may go, as far as can be told without parsing it.
  enum Reach {
    /// To one resource, or a page in the order in which resources are stored.
    case page
    /// One step further: to what the resources of a page lead to by one relationship. It is little, or `IncludesMuch`.
    case oneStep
    /// It filters, sorts, includes more than that or skips, looks for words, or is for the description of all types.
    case far
  }

  /// How many targets an event loop looks at for a page: no more than if each of its resources led to one. Then it is two pages.
  static let mostTargetsAtOnce = 50

  /// How far a request may go.
  static func reach(of request: RequestHead) -> Reach {
    guard var target = request.path else { return .page }
    // Every read passes here: it is looked at as bytes in one piece.
    return target.withUTF8 { reach(of: UnsafeRawBufferPointer($0)) }
  }

  private static func reach(of target: UnsafeRawBufferPointer) -> Reach {
    guard let question = target.firstIndex(of: UInt8(ascii: "?")) else {
      return ends(target[...], as: "/mirror/openapi.json") ? .far : .page
    }
    if ends(target[..<question], as: "/mirror/search") { return .far }
    var reach = Reach.page
    var at = question + 1
    while at < target.count {
      switch target[at] {
      case UInt8(ascii: "%"):
        // Brackets are encoded more often than not; with anything else encoded, names are not what they look like.
        guard stands("%5B", in: target, at: at) || stands("%5D", in: target, at: at) else { return .far }
      case UInt8(ascii: "f") where stands("filter", in: target, at: at): return .far
      case UInt8(ascii: "s") where stands("sort", in: target, at: at): return .far
      case UInt8(ascii: "o") where stands("offset", in: target, at: at) || stands("options", in: target, at: at):
        return .far
      case UInt8(ascii: "_") where stands("_format", in: target, at: at): return .far
      case UInt8(ascii: "i") where stands("include", in: target, at: at):
        // Once, and one name.
        guard reach == .page, target[at - 1] == UInt8(ascii: "?") || target[at - 1] == UInt8(ascii: "&"),
          stands("include=", in: target, at: at)
        else { return .far }
        let value = target[(at + 8)...].prefix { $0 != UInt8(ascii: "&") }
        guard !value.isEmpty, value.allSatisfy(isOfName) else { return .far }
        reach = .oneStep
        at += 7
      default: break
      }
      at += 1
    }
    return reach
  }

  /// Whether a text stands at a place; the letters of an escape (`%5B`) in any case.
  private static func stands(_ text: StaticString, in target: UnsafeRawBufferPointer, at place: Int) -> Bool {
    let count = text.utf8CodeUnitCount
    guard target.count - place >= count else { return false }
    let isEscape = target[place] == UInt8(ascii: "%")
    for index in 0..<count {
      let byte = target[place + index]
      guard byte == text.utf8Start[index] || isEscape && index == 2 && byte & 0xDF == text.utf8Start[index] else {
        return false
      }
    }
    return true
  }

  private static func isOfName(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_")
  }

  /// Whether a path may be that of a route of the mirror's own: as it is written, or in another letter case.
  /// - Parameter end: in lower case.
  private static func ends(_ path: Slice<UnsafeRawBufferPointer>, as end: StaticString) -> Bool {
    let count = end.utf8CodeUnitCount
    guard path.count >= count else { return false }
    return end.withUTF8Buffer { end in path.suffix(count).elementsEqual(end) { $0 == $1 || $0 | 0x20 == $1 } }
  }
}
