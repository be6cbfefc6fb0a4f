import NIOCore
import Store
import Synchronization

/// Resource objects as they were sent lately, whole: a page that shows them again needs neither their documents out of SQLite nor their
/// links spliced in. Bounded; safe from any thread.
final class SentObjects: Sendable {
  /// One of them.
  struct Sent: Sendable {
    var bytes: [UInt8]
    /// The path of the links in it.
    var path: [UInt8]
  }

  private let cache: Mutex<PieceCache<Sent>>

  /// - Parameter capacity: how many bytes of objects are kept at most.
  init(capacity: Int = 24 << 20) { cache = Mutex(PieceCache(capacity: capacity)) }

  /// What is at hand for one answer on this base URL.
  func atHand(on base: String) -> AtHand {
    AtHand(self, base: cache.withLock { $0.number(of: base) })
  }

  /// What is at hand for one answer. Used by one thread.
  final class AtHand: DocumentHolder {
    private let objects: SentObjects
    private let base: Int
    /// What was found, in the order of the rows, and from where on the next row is looked for.
    private var found: [(resource: Int64, sent: Sent)] = []
    private var next = 0
    /// What is worth while to keep, and is not kept.
    private var wanted: Set<Int64> = []

    fileprivate init(_ objects: SentObjects, base: Int) { (self.objects, self.base) = (objects, base) }

    func holds(_ resource: Int64, since sequence: Int64) -> Bool {
      switch look(for: .init(resource: resource, sequence: sequence)) {
      case .kept(let sent):
        found.append((resource, sent))
        return true
      case .wanted: wanted.insert(resource)
      case .new: break
      }
      return false
    }

    /// What was found for a row that is held, with links of this path; nil where it has others.
    func take(_ resource: Int64, path: [UInt8]) -> Sent? {
      // Rows come in the order in which they were asked about, but for those that SQLite sorts behind that.
      let isNext = next < found.count && found[next].resource == resource
      let index = isNext ? next : found.firstIndex { $0.resource == resource }
      guard let index else { return nil }
      next = index + 1
      return checked(found[index].sent, resource, path)
    }

    /// What is at hand of a resource that no query asks about.
    func object(_ key: AnswerPieces.Key, path: [UInt8]) -> Sent? {
      switch look(for: key) {
      case .kept(let sent): return checked(sent, key.resource, path)
      case .wanted: wanted.insert(key.resource)
      case .new: break
      }
      return nil
    }

    /// A type whose path changed has other links.
    private func checked(_ sent: Sent, _ resource: Int64, _ path: [UInt8]) -> Sent? {
      if sent.path == path { return sent }
      wanted.insert(resource)
      return nil
    }

    /// Keeps what was made, if it is worth while.
    func note(_ key: AnswerPieces.Key, path: [UInt8], _ bytes: @autoclosure () -> [UInt8]?) {
      guard wanted.contains(key.resource), let bytes = bytes() else { return }
      objects.keep(Sent(bytes: bytes, path: path), as: .init(base: base, object: key))
    }

    private func look(for key: AnswerPieces.Key) -> PieceCache<Sent>.Found {
      objects.cache.withLock { $0.look(for: .init(base: base, object: key)) }
    }
  }

  private func keep(_ sent: Sent, as key: PieceCache<Sent>.Key) {
    cache.withLock { $0.keep(sent, bytes: sent.bytes.count, as: key) }
  }
}
