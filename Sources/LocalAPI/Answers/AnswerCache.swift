import NIOCore
import Store
import Synchronization

/// Large answers that were asked for more than once since the mirror last changed, as they go out. A client that polls pages,
/// or several that show the same ones, cost a look at the mirror's version each.
///
/// What an answer shows follows from what the caller may see, the request's base URL and target, the mirror's content and the
/// site's facts, so those decide whether it is still true. Bounded; safe from any thread.
final class AnswerCache: Sendable {
  /// Smaller answers are made as fast as looked up. Bytes.
  static let leastBytes = 16_384

  /// What an answer answers.
  struct Question: Hashable, Sendable {
    /// What the caller may see: an answer is for callers of the same sight alone.
    var sight: Sight
    var base: String
    var target: String
    /// Whether the client takes gzip.
    var isPacked: Bool
  }

  /// What an answer was made from.
  struct Origin: Equatable, Sendable {
    /// The mirror's version, read before the answer was made.
    var version: Int64
    var facts: SiteFacts
  }

  private struct State {
    var origin: Origin?
    var answers: [Question: (answer: Answer, bytes: Int)] = [:]
    var bytes = 0
    /// The hashes of what was asked once: an answer that nobody asks for again takes no memory, and a question may be long.
    var asked: Set<Int> = []
  }

  private let state = Mutex(State())
  private let capacity: Int

  /// What an answer takes besides its body and its question: its fields, and its place in the table.
  private static let overhead = 1_024

  /// - Parameter capacity: how many bytes are kept at most.
  init(capacity: Int = 32 << 20) { self.capacity = capacity }

  /// Whether it is worth while to find out from what an answer would be made: it is kept, or was asked for before.
  func knows(_ question: Question) -> Bool { state.withLock { $0.asked.contains(question.hashValue) } }

  /// The answer, if it would come out the same today.
  func answer(to question: Question, from origin: Origin) -> Answer? {
    state.withLock { $0.origin == origin ? $0.answers[question]?.answer : nil }
  }

  /// Takes note of an answer. The second of its kind is kept.
  /// - Parameter origin: from what it was made; nil when nobody looked.
  func note(_ answer: Answer, to question: Question, from origin: Origin?) {
    guard answer.status == 200, answer.file == nil, answer.body.readableBytes <= capacity / 8 else { return }
    let kept = origin.map { ($0, AnswerCache.exact(answer, to: question)) }
    state.withLock { state in
      // Questions come from clients: the table must not be theirs to fill.
      if state.asked.count >= 1024 { state.asked.removeAll(keepingCapacity: true) }
      state.asked.insert(question.hashValue)
      guard let (origin, entry) = kept else { return }
      if state.origin != origin || state.bytes + entry.bytes > capacity {
        (state.origin, state.answers, state.bytes) = (origin, [:], 0)
      }
      let old = state.answers.updateValue(entry, forKey: question)
      state.bytes += entry.bytes - (old?.bytes ?? 0)
    }
  }

  /// An answer without the room that its body was given before it was known how long that is, and what it takes.
  private static func exact(_ answer: Answer, to question: Question) -> (answer: Answer, bytes: Int) {
    var answer = answer
    if answer.body.storageCapacity > 2 * answer.body.readableBytes {
      answer.body = ByteBuffer(bytes: answer.body.readableBytesView)
    }
    return (answer, answer.body.storageCapacity + question.target.utf8.count + question.base.utf8.count + overhead)
  }
}
