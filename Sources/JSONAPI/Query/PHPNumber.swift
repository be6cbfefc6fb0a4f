import Coding

/// What PHP sees as a number at the start of a string, and how it calculates with it and prints it.
package struct PHPNumber: Hashable, Sendable {
  let value: Double
  /// The value where PHP takes it for a whole number: digits alone that fit into 64 bits.
  let whole: Int64?
  /// Whether nothing but white space stands around the number.
  let isWhole: Bool

  /// A whole number.
  package init(_ whole: Int64) {
    value = Double(whole)
    self.whole = whole
    isWhole = true
  }

  private init(_ value: Double) {
    self.value = value
    whole = nil
    isWhole = true
  }

  /// - Returns: nil where the text does not begin with a number.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    var at = 0
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    func skipDigits() -> Int {
      let start = at
      while at < bytes.count, (0x30...0x39).contains(bytes[at]) { at += 1 }
      return at - start
    }
    while at < bytes.count, isSpace(bytes[at]) { at += 1 }
    let start = at
    if at < bytes.count, bytes[at] == UInt8(ascii: "-") || bytes[at] == UInt8(ascii: "+") { at += 1 }
    var digits = skipDigits()
    var isInteger = true
    if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
      isInteger = false
      at += 1
      digits += skipDigits()
    }
    guard digits > 0 else { return nil }
    let mantissa = at
    if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
      at += 1
      if at < bytes.count, bytes[at] == UInt8(ascii: "-") || bytes[at] == UInt8(ascii: "+") { at += 1 }
      if skipDigits() == 0 { at = mantissa } else { isInteger = false }
    }
    var number = String(decoding: bytes[start..<at], as: UTF8.self)
    if number.utf8.last == UInt8(ascii: ".") { number += "0" }
    number = number.replacing(".e", with: ".0e").replacing(".E", with: ".0E")
    guard let value = Double(number) else { return nil }
    self.value = value
    whole = isInteger ? Int64(number) : nil
    while at < bytes.count, isSpace(bytes[at]) { at += 1 }
    isWhole = at == bytes.count
  }

  /// The value without its fraction, kept within what paging can add.
  var integer: Int {
    value.isNaN ? 0 : Int(min(max(value, -1e15), Double(PageParameter.greatestOffset)))
  }

  /// The sum: whole where both are and it fits.
  package func plus(_ other: PHPNumber) -> PHPNumber {
    if let one = whole, let two = other.whole, case let (sum, overflows) = one.addingReportingOverflow(two), !overflows
    {
      return PHPNumber(sum)
    }
    return PHPNumber(value + other.value)
  }

  /// The difference: whole where both are and it fits.
  func minus(_ other: PHPNumber) -> PHPNumber {
    if let one = whole, let two = other.whole, case let (rest, overflows) = one.subtractingReportingOverflow(two),
      !overflows
    {
      return PHPNumber(rest)
    }
    return PHPNumber(value - other.value)
  }

  /// As PHP makes a string of it: 14 digits, and an exponent where more would be needed (`1.0E+20`).
  package var text: String {
    if let whole { return String(whole) }
    guard value.isFinite else { return value.isNaN ? "NAN" : value < 0 ? "-INF" : "INF" }
    guard value != 0 else { return "0" }
    var (digits, point) = PHPNumber.decimal(abs(value))
    while digits.count > 1, digits.last == 0 { digits.removeLast() }
    let sign = value < 0 ? "-" : ""
    let all = digits.map { String($0) }.joined()
    if point > 14 || point < -3 {
      let rest = digits.count > 1 ? String(all.dropFirst()) : "0"
      return "\(sign)\(digits[0]).\(rest)E\(point > 0 ? "+" : "-")\(abs(point - 1))"
    }
    if point <= 0 { return "\(sign)0.\(String(repeating: "0", count: -point))\(all)" }
    if digits.count <= point { return sign + all + String(repeating: "0", count: point - digits.count) }
    return "\(sign)\(all.prefix(point)).\(all.dropFirst(point))"
  }

  /// 14 significant digits of a positive number, and where its point stands: before the first digit is 0.
  private static func decimal(_ value: Double) -> (digits: [Int], point: Int) {
    // The shortest digits that mean this number, rounded to 14.
    let description = "\(value)".lowercased()
    let parts = description.split(separator: "e", maxSplits: 1)
    var exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let mantissa = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    var digits = (String(mantissa[0]) + (mantissa.count > 1 ? String(mantissa[1]) : "")).compactMap(\.wholeNumberValue)
    exponent += mantissa[0].count
    while digits.count > 1, digits[0] == 0 {
      digits.removeFirst()
      exponent -= 1
    }
    guard digits.count > 14 else { return (digits, exponent) }
    var carry = digits[14] >= 5
    digits.removeLast(digits.count - 14)
    for index in digits.indices.reversed() where carry {
      digits[index] = (digits[index] + 1) % 10
      carry = digits[index] == 0
    }
    if carry {
      digits.insert(1, at: 0)
      digits.removeLast()
      exponent += 1
    }
    return (digits, exponent)
  }
}
