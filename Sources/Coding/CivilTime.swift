/// A moment in UTC in the proleptic Gregorian calendar: the arithmetic that the text forms of time share.
package struct CivilTime: Sendable, Hashable {
  var year: Int64
  var month: Int64
  var day: Int64
  var hour: Int64
  var minute: Int64
  var second: Int64

  /// The moment `unixSeconds` after 1970-01-01T00:00:00Z.
  init(unixSeconds: Int64) {
    let days = unixSeconds.floored(by: 86_400)
    // Wrapping, because the first day of the range begins before the range does.
    let rest = unixSeconds &- days &* 86_400
    hour = rest / 3600
    minute = rest / 60 % 60
    second = rest % 60
    // Days are counted from 1 March of a year that begins a 400-year cycle, so that a leap day is a year's last.
    let shifted = days + 719_468
    let cycle = shifted.floored(by: 146_097)
    let dayOfCycle = shifted - cycle * 146_097
    let yearOfCycle = (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
    let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0)
  }

  /// A moment given by its parts; nil when there is no such date or time. A leap second (`:60`) is allowed.
  init?(year: Int64, month: Int64, day: Int64, hour: Int64, minute: Int64, second: Int64) {
    guard (1...12).contains(month), day >= 1, day <= CivilTime.days(in: month, of: year),
      (0..<24).contains(hour), (0..<60).contains(minute), (0...60).contains(second)
    else { return nil }
    self.year = year
    self.month = month
    self.day = day
    self.hour = hour
    self.minute = minute
    self.second = second
  }

  /// Days since 1970-01-01, negative before.
  var daysSinceEpoch: Int64 { CivilTime.daysSinceEpoch(year: year, month: month, day: day) }

  /// Days from 1970-01-01 to a date, negative before it. Days beyond the month's last count on into the next.
  /// - Parameter month: 1 to 12.
  package static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shiftedYear = month <= 2 ? year - 1 : year
    let cycle = shiftedYear.floored(by: 400)
    let yearOfCycle = shiftedYear - cycle * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfCycle = yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear
    return cycle * 146_097 + dayOfCycle - 719_468
  }

  /// Seconds since 1970-01-01T00:00:00Z.
  var unixSeconds: Int64 { daysSinceEpoch * 86_400 + hour * 3600 + minute * 60 + second }

  /// 0 for Sunday to 6 for Saturday.
  var weekday: Int {
    let days = daysSinceEpoch + 4
    return Int(days - days.floored(by: 7) * 7)
  }

  private static func days(in month: Int64, of year: Int64) -> Int64 {
    switch month {
    case 4, 6, 9, 11: 30
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    default: 31
    }
  }
}

extension Int64 {
  /// The quotient rounded towards negative infinity.
  fileprivate func floored(by divisor: Int64) -> Int64 {
    self >= 0 ? self / divisor : -((-(self + 1)) / divisor) - 1
  }
}

extension [UInt8] {
  /// Appends a number with leading zeros up to `width` digits.
  mutating func append(_ number: Int64, width: Int) {
    if number < 0 { append(UInt8(ascii: "-")) }
    var unit: UInt64 = 1
    var digits = 1
    while digits < width || number.magnitude / unit > 9 {
      unit *= 10
      digits += 1
    }
    while unit > 0 {
      append(0x30 + UInt8(number.magnitude / unit % 10))
      unit /= 10
    }
  }
}
