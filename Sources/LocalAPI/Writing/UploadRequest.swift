import JSONAPI
import OpenSocial
import Store

/// The file of an upload as its request names it (reference 5.7).
struct UploadRequest {
  /// Without folders.
  let filename: String

  /// - Parameter disposition: the `Content-Disposition` header; nil when there was none.
  /// - Throws: `ErrorResponse` as the site answers.
  init(disposition: String?, for field: TypeSchema.Field, about subject: WriteSubject) throws(ErrorResponse) {
    let hint = "A file name in the format \"filename=FILENAME\" must be provided."
    guard let disposition, !disposition.isEmpty else {
      throw subject.refusal(400, "\"Content-Disposition\" header is required. \(hint)")
    }
    // The site's own pattern: the first word that fits counts, and the name ends at the last quote.
    let pattern = #/\bfilename(?<star>\*?)="(?<name>.+)"/#.wordBoundaryKind(.simple)
    guard let found = disposition.firstMatch(of: pattern) else {
      throw subject.refusal(400, "No filename found in \"Content-Disposition\" header. \(hint)")
    }
    guard found.output.star.isEmpty else {
      throw subject.refusal(
        400, "The extended \"filename*\" format is currently not supported in the \"Content-Disposition\" header.")
    }
    let name = found.output.name
    // The site takes dots away at both ends of a name; one that is nothing else would name a folder.
    guard let last = name.split(separator: "/").last, !last.allSatisfy({ $0 == "." }) else {
      throw subject.refusal(400, "No filename found in \"Content-Disposition\" header. \(hint)")
    }
    filename = String(last)
    try checkEnding(field, subject)
  }

  /// Fields of images take images alone. Which endings other fields take is for the site to say.
  private func checkEnding(_ field: TypeSchema.Field, _ subject: WriteSubject) throws(ErrorResponse) {
    let ending = filename.split(separator: ".", omittingEmptySubsequences: false).last.map { $0.lowercased() } ?? ""
    let images: Set = ["png", "gif", "jpg", "jpeg"]
    guard UploadRequest.isImage(field), !filename.contains(".") || !images.contains(ending) else { return }
    throw subject.refusal(
      422,
      "Unprocessable Entity: file validation failed.\nOnly files with the following extensions are allowed: png gif jpg "
        + "jpeg.")
  }

  /// Whether a relationship takes images: they have an alternative text (reference 2.7).
  static func isImage(_ field: TypeSchema.Field) -> Bool {
    field.properties.contains { $0.name == "alt" }
      || field.targets.isEmpty && FieldDescription(field.name).isNamedLikeImages
  }

  /// The field that an upload is for.
  /// - Throws: the site's 404 for a name that the type does not have; 422 where the site fails with 500, for one that takes
  ///   no files.
  static func field(_ name: String, of subject: WriteSubject) throws(ErrorResponse) -> TypeSchema.Field {
    guard let field = subject.schema?.field(name) else {
      throw subject.refusal(404, "Field \"\(name)\" does not exist.")
    }
    guard UploadRoutes.takesFiles(field, subject.homes) else {
      throw subject.refusal(422, "The file \"\(name)\" is not a file field could not be accessed")
    }
    return field
  }
}
