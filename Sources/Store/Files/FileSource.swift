import Foundation
import JSONAPI

/// Which files are mirrored with their contents (`mirror.files`).
package enum FilePolicy: String, Sendable, CaseIterable {
  case all, `public`, none
}

/// A `file--file` resource whose content has to be looked at.
package struct FileSource: Sendable, Hashable {
  /// The interned (type, UUID).
  package var resource: Int64
  /// What its part is called while it arrives (`ResourceID.fileName`).
  package var uuid: String
  /// The resource's change number.
  package var sequence: Int64
  /// Where the site keeps it: `public://a.png`.
  package var uri: String
  /// Where it is fetched: root-relative or absolute, maybe signed and expiring.
  package var url: String
  /// The size that the resource names, bytes.
  package var size: Int64?
  /// The media type that the resource names.
  package var mediaType: String?
  /// Unix seconds.
  package var changed: Int64?
  /// What is there already.
  package var known: FileContent?
  /// Its id; nil where it is not known.
  package var id: ResourceID?
  /// The site's base URL, which addresses count from.
  package var base = ""
  /// Whether the site is to be asked although nothing says that the content is another one.
  package var isCheck = false

  /// Where it is, as it can be asked for; nil for what is no address.
  package var reference: FileReference? { FileReference(url, base: base) }
  /// Whether everyone may fetch it (reference 2.6).
  package var isPublic: Bool { uri.hasPrefix("public://") }
  /// What tells one content from another. The URL does not: it may be signed anew at every read.
  package var identity: String { FileIdentity(uri: uri, size: size, changed: changed).description }
  /// The path under which the site serves it, without query, percent-decoded; nil when it is on another host.
  package var path: String? { reference?.path }
  /// Its id, for people.
  package var subject: String {
    let digits = Array(uuid)
    guard digits.count == 32 else { return uuid }
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
  }
}
