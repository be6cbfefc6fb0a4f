/// What PostgreSQL cannot hold of a value as it is.
package enum ValueOddity: String, Sendable, Hashable, CaseIterable {
  /// U+0000: U+FFFD stands in its place.
  case zero = "holds U+0000, in whose place U+FFFD is published"
  /// Half of a surrogate pair: U+FFFD stands in its place.
  case surrogate = "holds half of a surrogate pair, in whose place U+FFFD is published"
  /// Bytes that are no UTF-8: U+FFFD stands in their place.
  case encoding = "holds bytes that are no UTF-8, in whose place U+FFFD is published"
  /// A time before the year 1, or none at all: it is null.
  case time = "is no time that PostgreSQL has, and published as null"
  /// A number in JSON that is longer or greater than `numeric` takes, or JSON that is deeper than is safe: it is null.
  case json = "is JSON that PostgreSQL does not take, and published as null"
  /// Neither 0 nor 1: it is null.
  case boolean = "is neither true nor false, and published as null"
}
