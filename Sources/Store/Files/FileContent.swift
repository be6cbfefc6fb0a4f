/// The content of a file as the mirror has it.
package struct FileContent: Sendable, Hashable {
  /// `FileSource.identity` when it was fetched.
  package var source: String
  /// SHA-256 in hexadecimal digits; nil while nothing is there.
  package var hash: String?
  package var bytes: Int64
  /// `Content-Type` as the site sent it.
  package var mediaType: String?
  /// `ETag` or `Last-Modified` as the site sent it.
  package var validator: String?
  /// Unix seconds.
  package var lastModified: Int64?
  package var isPublic: Bool
  /// Failed attempts since the last success.
  package var attempts: Int

  /// A content; each part as it is described above.
  package init(
    source: String, hash: String?, bytes: Int64, mediaType: String?, validator: String?, lastModified: Int64?,
    isPublic: Bool, attempts: Int = 0
  ) {
    self.source = source
    self.hash = hash
    self.bytes = bytes
    self.mediaType = mediaType
    self.validator = validator
    self.lastModified = lastModified
    self.isPublic = isPublic
    self.attempts = attempts
  }
}

/// How many contents there are.
package struct FileTotals: Sendable, Hashable {
  package var files = 0
  /// Of the different contents, on disk.
  package var bytes: Int64 = 0
  package var failed = 0
}

/// What is said of a file whose content does not come.
package struct FileFailure: Sendable, Hashable {
  /// For the operator; holds no secret.
  package var reason: String
  /// Whether the site says that it does not have it.
  package var isLost: Bool
  /// Unix seconds of the next attempt.
  package var next: Int64

  /// A failure; each part as it is described above.
  package init(reason: String, isLost: Bool, next: Int64) {
    self.reason = reason
    self.isLost = isLost
    self.next = next
  }
}
