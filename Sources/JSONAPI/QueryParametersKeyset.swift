extension QueryParameters {
  /// The keyset query of reference 6.5: rows after (`changed`, internal id) in that order, `changed` at most `upTo`.
  /// - Parameters:
  ///   - key: the last settled row: `changed` in Unix seconds, and its internal id. (0, 0) at the start.
  ///   - idAttribute: the public name of the internal id, such as `drupal_internal__nid`.
  ///   - upTo: the greatest `changed` wanted, in Unix seconds; nil for the hot tail.
  ///   - limit: rows of a page, at most 50.
  package static func keyset(
    after key: (changed: Int64, id: Int64), idAttribute: String, upTo: Int64?,
    limit: Int = PageParameter.greatestLimit
  ) -> QueryParameters {
    func condition(_ path: String, _ comparison: FilterOperator, _ value: Int64) -> FilterItem.Content {
      .condition(FilterCondition(path, comparison, [String(value)]))
    }
    var parameters = QueryParameters()
    parameters.filter.items = [
      FilterItem(id: "or", .group(.or)),
      FilterItem(id: "gt", memberOf: "or", condition("changed", .greater, key.changed)),
      FilterItem(id: "tie", memberOf: "or", .group(.and)),
      FilterItem(id: "eq", memberOf: "tie", condition("changed", .equal, key.changed)),
      FilterItem(id: "ix", memberOf: "tie", condition(idAttribute, .greater, key.id)),
    ]
    if let upTo {
      parameters.filter.items.append(FilterItem(id: "hi", condition("changed", .lessOrEqual, upTo)))
    }
    parameters.sort = [SortKey("changed"), SortKey(idAttribute)]
    parameters.page = PageParameter(limit: limit)
    return parameters
  }

  /// The sweep of reference 6.7: rows after an internal id, in its order. Ids never change, so nothing is skipped.
  /// - Parameters:
  ///   - id: the last id seen; 0 at the start.
  ///   - idAttribute: the public name of the internal id.
  ///   - fields: the fields wanted by resource type; none for whole resources.
  ///   - limit: rows of a page, at most 50.
  package static func idKeyset(
    after id: Int64, idAttribute: String, fields: [String: [String]] = [:],
    limit: Int = PageParameter.greatestLimit
  ) -> QueryParameters {
    var parameters = QueryParameters()
    let condition = FilterCondition(idAttribute, .greater, [String(id)])
    parameters.filter.items = [FilterItem(id: "ix", .condition(condition))]
    parameters.sort = [SortKey(idAttribute)]
    parameters.fields = fields
    parameters.page = PageParameter(limit: limit)
    return parameters
  }

  /// A page without a filter, for types whose filters silently return nothing (reference 6.6, 6.7).
  package static func unfiltered(
    sort: [SortKey], offset: Int, limit: Int = PageParameter.greatestLimit, fields: [String: [String]] = [:]
  ) -> QueryParameters {
    var parameters = QueryParameters()
    parameters.sort = sort
    parameters.fields = fields
    parameters.page = PageParameter(offset: offset, limit: limit)
    return parameters
  }
}
