/// Sums and products that end at the least or greatest value there is, for numbers that came from outside: the plain operators
/// end the program there.
extension FixedWidthInteger {
  /// The sum, or the end that it would go beyond.
  @inlinable
  package func addingClamped(_ other: Self) -> Self {
    let (sum, isOver) = addingReportingOverflow(other)
    return isOver ? other < 0 ? .min : .max : sum
  }

  /// The difference, or the end that it would go beyond.
  @inlinable
  package func subtractingClamped(_ other: Self) -> Self {
    let (difference, isOver) = subtractingReportingOverflow(other)
    return isOver ? other < 0 ? .max : .min : difference
  }

  /// The product, or the end that it would go beyond.
  @inlinable
  package func multipliedClamped(by other: Self) -> Self {
    let (product, isOver) = multipliedReportingOverflow(by: other)
    return isOver ? (self < 0) == (other < 0) ? .max : .min : product
  }
}

extension Int64 {
  /// A number that was measured or told, without its fraction: beyond what there is, the nearest end; 0 for what is no number.
  package init(clamping value: Double) {
    self = value.isNaN ? 0 : Int64(exactly: value.rounded(.towardZero)) ?? (value < 0 ? .min : .max)
  }
}

extension Int {
  /// A number that was measured or told, without its fraction: beyond what there is, the nearest end; 0 for what is no number.
  package init(clamping value: Double) { self.init(Int64(clamping: value)) }
}
