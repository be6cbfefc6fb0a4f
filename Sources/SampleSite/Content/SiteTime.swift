/// Times as the site writes them: Unix seconds inside, RFC 3339 in UTC with `+00:00` in documents (reference 2.6).
package enum SiteTime {
  /// `1704794984` as `2024-01-09T10:09:44+00:00`.
  package static func text(_ seconds: Int64) -> String {
    let parts = civil(seconds)
    return "\(padded(parts.year, 4))-\(padded(parts.month))-\(padded(parts.day))T"
      + "\(padded(parts.hour)):\(padded(parts.minute)):\(padded(parts.second))+00:00"
  }

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
    return days(year: year, month: month, day: day) * 86400 + hour * 3600 + minute * 60 + second - offset
  }

  /// The `Date` header's form (RFC 9110 5.6.7), such as `Tue, 09 Jan 2024 10:09:44 GMT`.
  package static func httpDate(_ seconds: Int64) -> String {
    let parts = civil(seconds)
    let weekday = Int(((seconds.flooredDays + 4) % 7 + 7) % 7)
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    return "\(days[weekday]), \(padded(parts.day)) \(months[Int(parts.month) - 1]) \(padded(parts.year, 4)) "
      + "\(padded(parts.hour)):\(padded(parts.minute)):\(padded(parts.second)) GMT"
  }

  private struct Civil { var year, month, day, hour, minute, second: Int64 }

  /// Days to and from the civil calendar, after Howard Hinnant's chrono algorithms.
  private static func civil(_ seconds: Int64) -> Civil {
    let days = seconds.flooredDays
    let rest = seconds - days * 86400
    let z = days + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return Civil(
      year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month, day: dayOfYear - (153 * shifted + 2) / 5 + 1,
      hour: rest / 3600, minute: rest / 60 % 60, second: rest % 60)
  }

  private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func padded(_ number: Int64, _ width: Int = 2) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

extension Int64 {
  fileprivate var flooredDays: Int64 { self >= 0 ? self / 86400 : (self - 86399) / 86400 }
}
