import Crypto
import JSONAPI
import NIOCore
import Store

/// Makes the `ETag` of answers (RFC 9110 section 8.8.3).
///
/// A tag is the number of a change, so it costs no look at the body. A resource without `include` has the number of its own
/// last change; every other answer that of the mirror's last change, whatever it was: a target that is included, a row that
/// came or went anywhere. That is coarse, and never wrong. Tags belong to a URI, so neither the query nor the host is part of
/// them. A random number makes the tags of each process its own: another version of the program may write other bytes, and
/// another file counts its changes anew.
///
/// The types' edition stands beside it, for a type that gets another path changes links, and no resource.
///
/// Tags are weak: one tag speaks for the plain and the compressed form (RFC 9110 section 8.8.1). And the number may be read
/// before the rows, outside of their snapshot: a body may then be newer than its tag, which costs one needless answer, but
/// no tag ever speaks for a body that is older.
///
/// Where something is left out of what a caller sees, a number would tell of changes to that: there the tag is a digest of the body, and
/// 304 is known only when the body is made.
struct EntityTags: Sendable {
  private let prefix = "W/\"\(String(UInt64.random(in: .min ... .max), radix: 36))-"

  /// The tag of content whose last change has this number; nil for who may not see everything: theirs is `tag(of:)`.
  func tag(_ sequence: Int64, types edition: Int, seeing sight: Sight) -> String? {
    sight.isEverything ? "\(prefix)\(edition)-\(sequence)\"" : nil
  }

  /// The tag of a body: the first half of its SHA-256.
  static func tag(of body: ByteBuffer) -> String {
    var hash = SHA256()
    body.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
    return "W/\"\(Hexadecimal.text(hash.finalize().prefix(16)))\""
  }
}

/// What a request says in `If-None-Match` (RFC 9110 section 13.1.2).
enum Precondition: Sendable, Equatable {
  /// No header.
  case none
  /// `*`: any content at all.
  case any
  /// The tags between the quotes, without `W/`: comparison is weak.
  case tags([Substring])

  /// Reads the header; a text that is no list of tags is taken for its readable part.
  init(_ header: String?) {
    guard let header else {
      self = .none
      return
    }
    var rest = Substring(header)
    var tags: [Substring] = []
    while let open = rest.firstIndex(of: "\"") {
      let tail = rest[rest.index(after: open)...]
      guard let close = tail.firstIndex(of: "\"") else { break }
      tags.append(tail[..<close])
      rest = tail[tail.index(after: close)...]
    }
    self = tags.isEmpty && header.utf8.contains(UInt8(ascii: "*")) ? .any : .tags(tags)
  }

  /// The same of a tag that may not be known yet.
  func names(_ tag: String?) -> Bool {
    guard let tag else { return false }
    return names(tag)
  }

  /// Whether the client has the content of this tag. `*` is not asked here: it only counts when there is content.
  func names(_ tag: String) -> Bool {
    guard case .tags(let tags) = self, !tags.isEmpty else { return false }
    let opaque = tag.utf8.dropFirst(3).dropLast()
    return tags.contains { $0.utf8.elementsEqual(opaque) }
  }
}
