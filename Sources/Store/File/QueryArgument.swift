import JSONAPI

/// A value bound to a query. Nothing that a client writes ever stands in the SQL itself.
package enum QueryArgument: Sendable, Hashable {
  case integer(Int64)
  case real(Double)
  case text(String)
  /// An id in its stored form.
  case id(ResourceID)
}
