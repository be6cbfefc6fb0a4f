import JSONAPI

/// A value bound to a query. Nothing that a client writes ever stands in the SQL itself.
package enum QueryArgument: Sendable, Hashable {
  case integer(Int64)
  case real(Double)
  case text(String)
  case uuid(ResourceUUID)
}

/// A collection query as SQL with its arguments in order.
package struct CompiledQuery: Sendable, Hashable {
  package var sql: String
  package var arguments: [QueryArgument]
}
