import Coding

/// The parameters of a token request, as PHP reads them.
package enum TokenForm {
  /// The fields of a body. `application/x-www-form-urlencoded` and `multipart/form-data` are read; any other content type,
  /// JSON among them, has no fields at all (reference 7.2).
  package static func fields(contentType: String?, body: [UInt8]) -> [String: String] {
    let parts = (contentType ?? "").split(separator: ";", omittingEmptySubsequences: false)
    switch parts.first.map({ String($0).trimmedAsByPHP.lowercased() }) {
    case "application/x-www-form-urlencoded": return urlEncoded(body)
    case "multipart/form-data":
      for part in parts.dropFirst() {
        let sides = part.split(separator: "=", maxSplits: 1).map { String($0).trimmedAsByPHP }
        if sides.count == 2, sides[0].lowercased() == "boundary" {
          return MultipartForm.fields(body, boundary: sides[1].filter { $0 != "\"" })
        }
      }
      return [:]
    default: return [:]
    }
  }

  /// No parameter is as long, and comparing takes time by the square of the marks on one letter. Bytes.
  private static let longestPair = 16_384

  /// Of repeated names the last counts.
  private static func urlEncoded(_ body: [UInt8]) -> [String: String] {
    var fields: [String: String] = [:]
    for (name, value) in FormCoding.pairs(body, longest: longestPair) { fields[name] = value }
    return fields
  }
}
