import JSONAPI

/// Times as the site writes them: Unix seconds inside, RFC 3339 in UTC with `+00:00` in documents (reference 2.6).
package enum SiteTime {
  /// `1704794984` as `2024-01-09T10:09:44+00:00`.
  package static func text(_ seconds: Int64) -> String { RFC3339.text(unixSeconds: seconds) }

  /// Unix seconds of `YYYY-MM-DDTHH:MM:SS` with `Z`, `+hh:mm` or `+hhmm`; nil for anything else.
  package static func seconds(_ text: String) -> Int64? {
    var bytes = Array(text.utf8)
    if bytes.count == 24 { bytes.insert(UInt8(ascii: ":"), at: 22) }
    guard bytes.count == 20 || bytes.count == 25, bytes[4] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "T") else {
      return nil
    }
    func number(_ range: Range<Int>) -> Int64? { Int64(String(decoding: bytes[range], as: UTF8.self)) }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
      let minute = number(14..<16), let second = number(17..<19)
    else { return nil }
    var offset: Int64 = 0
    if bytes.count == 25 {
      guard let hours = number(20..<22), let minutes = number(23..<25) else { return nil }
      offset = (hours * 3600 + minutes * 60) * (bytes[19] == UInt8(ascii: "-") ? -1 : 1)
    } else if bytes[19] != UInt8(ascii: "Z") {
      return nil
    }
    let days = CivilTime.daysSinceEpoch(year: year, month: month, day: day)
    return days * 86400 + hour * 3600 + minute * 60 + second - offset
  }

  /// The `Date` header's form (RFC 9110 5.6.7), such as `Tue, 09 Jan 2024 10:09:44 GMT`.
  package static func httpDate(_ seconds: Int64) -> String { IMFFixdate.text(unixSeconds: seconds) }
}
