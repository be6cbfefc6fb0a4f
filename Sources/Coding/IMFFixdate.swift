/// Time in HTTP headers (RFC 9110 section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`, against Unix seconds.
package enum IMFFixdate {
  /// The header form of a moment given in Unix seconds.
  package static func text(unixSeconds: Int64) -> String {
    let moment = CivilTime(unixSeconds: unixSeconds)
    var bytes = Array("\(weekdays[moment.weekday]), ".utf8)
    bytes.append(moment.day, width: 2)
    bytes.append(contentsOf: " \(months[Int(moment.month) - 1]) ".utf8)
    bytes.append(moment.year, width: 4)
    bytes.append(UInt8(ascii: " "))
    bytes.append(moment.hour, width: 2)
    bytes.append(UInt8(ascii: ":"))
    bytes.append(moment.minute, width: 2)
    bytes.append(UInt8(ascii: ":"))
    bytes.append(moment.second, width: 2)
    bytes.append(contentsOf: " GMT".utf8)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Unix seconds of a header value in this form; nil for anything else, also for the obsolete forms of RFC 850 and
  /// asctime. The name of the weekday is not checked.
  package static func unixSeconds(_ text: String) -> Int64? {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 6, parts[5] == "GMT", parts[0].utf8.count == 4, parts[0].hasSuffix(","),
      weekdays.contains(where: { $0 == parts[0].dropLast() }), let month = months.firstIndex(where: { $0 == parts[2] }),
      let day = number(parts[1], digits: 2), let year = number(parts[3], digits: 4)
    else { return nil }
    let clock = parts[4].split(separator: ":", omittingEmptySubsequences: false)
    guard clock.count == 3, let hour = number(clock[0], digits: 2), let minute = number(clock[1], digits: 2),
      let second = number(clock[2], digits: 2)
    else { return nil }
    return CivilTime(
      year: year, month: Int64(month) + 1, day: day, hour: hour, minute: minute, second: second)?.unixSeconds
  }

  private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private static func number(_ text: Substring, digits: Int) -> Int64? {
    text.utf8.count == digits ? Int64(digits: text) : nil
  }
}
