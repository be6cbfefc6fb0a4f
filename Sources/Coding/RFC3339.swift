/// Time stamps as the site's documents carry them (RFC 3339 section 5.6, reference 2.6), against Unix seconds.
package enum RFC3339 {
  /// Unix seconds of a full date-time: `2026-01-05T10:00:00+11:00`, also with `Z`, a fraction of a second (dropped,
  /// rounding down), lower-case `t` and `z` or a space between date and time. Nil for everything else, including a
  /// date alone and a time without offset.
  package static func unixSeconds(_ text: String) -> Int64? {
    var text = text
    return text.withUTF8 { unixSeconds(bytes: UnsafeRawBufferPointer($0)) }
  }

  /// As `unixSeconds(_:)`, for the bytes between the quotes of a JSON string.
  package static func unixSeconds(bytes: UnsafeRawBufferPointer) -> Int64? {
    let count = bytes.count
    // `YYYY-MM-DDTHH:MM:SSZ` is the shortest form.
    guard count >= 20, bytes[4] == Byte.hyphen, bytes[7] == Byte.hyphen, bytes[13] == Byte.colon,
      bytes[16] == Byte.colon, bytes[10] | 0x20 == Byte.lowerT || bytes[10] == Byte.space,
      let century = twoDigits(bytes, 0), let yearOfCentury = twoDigits(bytes, 2), let month = twoDigits(bytes, 5),
      let day = twoDigits(bytes, 8), let hour = twoDigits(bytes, 11), let minute = twoDigits(bytes, 14),
      let second = twoDigits(bytes, 17),
      let moment = CivilTime(
        year: century * 100 + yearOfCentury, month: month, day: day, hour: hour, minute: minute, second: second)
    else { return nil }
    var at = 19
    if bytes[at] == Byte.point {
      at += 1
      let start = at
      while at < count, digit(bytes[at]) != nil { at += 1 }
      guard at > start, at < count else { return nil }
    }
    switch bytes[at] {
    case Byte.plus, Byte.hyphen:
      guard count == at + 6, bytes[at + 3] == Byte.colon, let hours = twoDigits(bytes, at + 1),
        let minutes = twoDigits(bytes, at + 4), hours < 24, minutes < 60
      else { return nil }
      let offset = hours * 3600 + minutes * 60
      return moment.unixSeconds - (bytes[at] == Byte.plus ? offset : -offset)
    case Byte.upperZ, Byte.lowerZ:
      return count == at + 1 ? moment.unixSeconds : nil
    default:
      return nil
    }
  }

  /// The form the site writes: UTC, whole seconds, `+00:00`, such as `1970-01-01T00:00:00+00:00`.
  package static func text(unixSeconds: Int64) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(25)
    append(unixSeconds: unixSeconds, into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends the form the site writes, without quotes.
  package static func append(unixSeconds: Int64, into bytes: inout [UInt8]) {
    let moment = CivilTime(unixSeconds: unixSeconds)
    bytes.append(moment.year, width: 4)
    bytes.append(Byte.hyphen)
    bytes.append(moment.month, width: 2)
    bytes.append(Byte.hyphen)
    bytes.append(moment.day, width: 2)
    bytes.append(UInt8(ascii: "T"))
    bytes.append(moment.hour, width: 2)
    bytes.append(Byte.colon)
    bytes.append(moment.minute, width: 2)
    bytes.append(Byte.colon)
    bytes.append(moment.second, width: 2)
    bytes.append(contentsOf: "+00:00".utf8)
  }

  private enum Byte {
    static let hyphen = UInt8(ascii: "-")
    static let colon = UInt8(ascii: ":")
    static let point = UInt8(ascii: ".")
    static let plus = UInt8(ascii: "+")
    static let space = UInt8(ascii: " ")
    static let lowerT = UInt8(ascii: "t")
    static let upperZ = UInt8(ascii: "Z")
    static let lowerZ = UInt8(ascii: "z")
  }

  private static func digit(_ byte: UInt8) -> Int64? {
    let value = byte &- 0x30
    return value < 10 ? Int64(value) : nil
  }

  private static func twoDigits(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> Int64? {
    guard let tens = digit(bytes[at]), let ones = digit(bytes[at + 1]) else { return nil }
    return tens * 10 + ones
  }
}
