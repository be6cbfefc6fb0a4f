import JSONAPI

/// A time as clients write it (reference 5.1).
enum WrittenTime {
  /// A timestamp in the form the site shows it: given as RFC 3339, ISO 8601 with `+hhmm`, or as Unix seconds.
  /// - Returns: nil for what is neither text nor number.
  /// - Throws: the site's 422.
  static func timestamp(_ value: JSON, _ subject: WriteSubject) throws(ErrorResponse) -> JSON? {
    guard let text = text(value) else { return nil }
    guard let seconds = seconds(text) ?? Int64(text) else {
      throw refusal(text, ["\"U\" (UNIX timestamp)", iso, rfc], subject)
    }
    return .string(RFC3339.text(unixSeconds: seconds))
  }

  /// A date and time with its offset: the site shows it in its own time zone, so it stays as it was written.
  /// - Returns: nil for what is neither text nor number.
  /// - Throws: the site's 422.
  static func dateTime(_ value: JSON, _ subject: WriteSubject) throws(ErrorResponse) -> JSON? {
    guard let text = text(value) else { return nil }
    guard !text.isEmpty else { return value }
    guard seconds(text) != nil else { throw refusal(text, [rfc, iso], subject) }
    return .string(withColon(text))
  }

  private static let iso = #""Y-m-d\TH:i:sO" (ISO 8601)"#
  private static let rfc = #""Y-m-d\TH:i:sP" (RFC 3339)"#

  private static func refusal(_ text: String, _ formats: [String], _ subject: WriteSubject) -> ErrorResponse {
    let list = formats.joined(separator: ", ")
    return subject.refusal(422, "The specified date \"\(text)\" is not in an accepted format: \(list).")
  }

  private static func text(_ value: JSON) -> String? {
    switch value {
    case .string(let given): given
    case .number(let digits): digits
    default: nil
    }
  }

  /// The site takes its two formats to the letter: no fraction of a second, no space or lower-case `t` before the time.
  private static func seconds(_ text: String) -> Int64? {
    let text = withColon(text)
    let bytes = Array(text.utf8)
    guard bytes.count == 20 || bytes.count == 25, bytes[10] == UInt8(ascii: "T") else { return nil }
    return RFC3339.unixSeconds(text)
  }

  /// `+hhmm` as `+hh:mm`.
  private static func withColon(_ text: String) -> String {
    let bytes = Array(text.utf8)
    guard bytes.count == 24, bytes[19] == UInt8(ascii: "+") || bytes[19] == UInt8(ascii: "-"),
      bytes[20...].allSatisfy({ (0x30...0x39).contains($0) })
    else { return text }
    return String(decoding: bytes[..<22] + [UInt8(ascii: ":")] + bytes[22...], as: UTF8.self)
  }
}
