/// The content of a file as the mirror has it.
package struct FileContent: Sendable, Hashable {
  /// `FileSource.identity` when it was fetched.
  package var source: String
  /// SHA-256 in hexadecimal digits; nil while nothing is there.
  package var hash: String?
  /// Its size; 0 while nothing is there.
  package var bytes: Int64
  /// `Content-Type` as the site sent it.
  package var mediaType: String?
  /// `ETag` or `Last-Modified` as the site sent it.
  package var validator: String?
  /// Unix seconds.
  package var lastModified: Int64?
  /// Whether everyone may fetch it, by its address (reference 2.6).
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
  /// Files that have a content here; several may have the same one.
  package var files = 0
  /// Of the different contents, on disk.
  package var bytes: Int64 = 0
  /// Files whose last attempt failed; what was fetched before may be here all the same.
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
