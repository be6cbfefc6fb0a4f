import HTTPTypes
import Hummingbird
import JSONAPI
import NIOCore
import Store

/// Answers the paths of files from the contents that the mirror has: public ones to everyone, others with a token, as on the
/// site (reference 2.6), with ranges and conditions (RFC 9110, 13 and 14).
struct FileAnswers: Sendable {
  let reading: Reading
  let reader: ResourceReader
  let folder: BinaryFolder?

  /// What stands under a path; nil when no file of the mirror does, or its content is not there.
  /// - Parameters:
  ///   - path: as in the request, percent-encoded, without query.
  ///   - sight: what the caller may see. A content is seen where its file is, and whole: its tag is the same for all who see it.
  func content(_ path: String, seeing sight: Sight) throws -> FileContent? {
    guard folder != nil else { return nil }
    let path = PercentCoding.decodedPath(path)
    guard !sight.isEverything else { return try reading.fileContent(path: path) }
    return try reader.single(seeing: sight) { try $0.fileContent(path: path) }
  }

  /// The answer to a GET or HEAD.
  func answer(_ content: FileContent, _ request: RequestHead) -> Answer? {
    guard let folder, let hash = content.hash, folder.holds(hash, bytes: content.bytes) else { return nil }
    let tag = content.validator.flatMap { $0.hasPrefix("\"") ? $0 : nil } ?? "\"\(hash.prefix(32))\""
    var answer = Answer(file: FileSlice(path: folder.location(of: hash), range: 0..<content.bytes))
    answer.fields[.contentType] = content.mediaType ?? "application/octet-stream"
    answer.fields.closeFile(ofType: content.mediaType)
    answer.fields[.eTag] = tag
    answer.fields[.lastModified] = content.lastModified.map { IMFFixdate.text(unixSeconds: $0) }
    answer.fields[.acceptRanges] = "bytes"
    if !content.isPublic { answer.fields[.cacheControl] = "private" }
    if isKnown(content, tag, request) { return answer.reduced(to: 304, slice: nil) }
    guard let wanted = request.range, applies(content, tag, request) else { return answer }
    switch ByteRange(wanted, size: content.bytes) {
    case .whole: return answer
    case .part(let range):
      answer.fields[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(content.bytes)"
      return answer.reduced(to: 206, slice: FileSlice(path: folder.location(of: hash), range: range))
    case .unsatisfiable:
      answer.fields[.contentRange] = "bytes */\(content.bytes)"
      return answer.reduced(to: 416, slice: nil)
    }
  }

  /// Whether the client has it already; a date counts only where no tag is named (RFC 9110, 13.2.2).
  private func isKnown(_ content: FileContent, _ tag: String, _ request: RequestHead) -> Bool {
    if let names = request.ifNoneMatch.map(Precondition.init) { return names == .any || names.names("W/" + tag) }
    guard let since = request.ifModifiedSince.flatMap(IMFFixdate.unixSeconds), let changed = content.lastModified
    else {
      return false
    }
    return changed <= since
  }

  /// Whether a range may be taken of what is here (RFC 9110, 13.1.5).
  private func applies(_ content: FileContent, _ tag: String, _ request: RequestHead) -> Bool {
    guard let condition = request.ifRange else { return true }
    return condition == tag || IMFFixdate.unixSeconds(condition).map { $0 == content.lastModified } ?? false
  }
}
