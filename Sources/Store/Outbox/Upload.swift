import JSONAPI

/// A file whose bytes lie beside the mirror until the site has them.
package struct StagedFile: Sendable, Hashable {
  /// As the client named it, without folders.
  package var filename: String
  /// Its size.
  package var bytes: Int64
  /// SHA-256 of its bytes in lower-case hexadecimal: also its name in the folder.
  package var sha256: String

  /// What the site takes it for, by the ending of its name.
  var mediaType: String {
    let ending = filename.split(separator: ".").last.map { $0.lowercased() } ?? ""
    return switch ending {
    case "png", "gif", "webp", "avif", "bmp": "image/\(ending)"
    case "jpg", "jpeg": "image/jpeg"
    case "svg": "image/svg+xml"
    case "txt": "text/plain"
    case "csv", "html", "css": "text/\(ending)"
    case "pdf", "zip", "json", "xml": "application/\(ending)"
    case "mp3": "audio/mpeg"
    case "mp4": "video/mp4"
    default: "application/octet-stream"
    }
  }

  /// A staged file.
  package init(filename: String, bytes: Int64, sha256: String) {
    self.filename = filename
    self.bytes = bytes
    self.sha256 = sha256
  }
}

/// What an upload carries.
package struct Upload: Sendable, Hashable {
  /// The type through whose field the file goes, such as `node--topic`.
  package var hostType: String
  /// The path of its collection.
  package var hostPath: String?
  /// The field, such as `field_topic_image`.
  package var field: String
  /// Its name and where its bytes wait.
  package var file: StagedFile
  /// The highest serial number of a file on the site before the first attempt that may have arrived: what that made has a
  /// higher one.
  package var highestID: Int64?
  /// The UUID that the file had here before the site gave it another.
  package var localUUID: ResourceID?
}
