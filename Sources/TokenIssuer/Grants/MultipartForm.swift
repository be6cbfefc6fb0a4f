import Coding
import Foundation

/// The text fields of a `multipart/form-data` body (RFC 7578).
enum MultipartForm {
  static func fields(_ body: [UInt8], boundary: String) -> [String: String] {
    // Longer ones are not allowed (RFC 2046, 5.1.1), and to look for one takes time by its length.
    guard !boundary.isEmpty, boundary.utf8.count <= 70 else { return [:] }
    var fields: [String: String] = [:]
    let body = Data(body)
    let delimiter = Data("--\(boundary)".utf8)
    var start = body.range(of: delimiter)?.upperBound
    while let from = start, let next = body.range(of: delimiter, in: from..<body.endIndex) {
      if next.lowerBound - from <= 16_384, let (name, value) = field(body[from..<next.lowerBound]) {
        fields[name] = value
      }
      start = next.upperBound
    }
    return fields
  }

  /// A part: line end, headers, empty line, value, line end. Files are no parameters.
  private static func field(_ part: Data) -> (String, String)? {
    guard let gap = part.range(of: Data("\r\n\r\n".utf8)), part.count >= 6 else { return nil }
    let head = String(decoding: part[part.startIndex..<gap.lowerBound], as: UTF8.self)
    for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix("content-disposition:") {
      let parameters = line.split(separator: ";").map { String($0).trimmedAsByPHP }
      guard !parameters.contains(where: { $0.lowercased().hasPrefix("filename") }),
        let name = parameters.first(where: { $0.lowercased().hasPrefix("name=") })
      else { return nil }
      guard gap.upperBound <= part.endIndex - 2 else { return nil }
      return (
        String(name.dropFirst(5)).filter { $0 != "\"" },
        String(decoding: part[gap.upperBound..<part.endIndex - 2], as: UTF8.self)
      )
    }
    return nil
  }
}
