extension QueryParameters {
  /// What has changed since a watermark in whatever translation, or has a serial number from one on, by serial number (reference
  /// 6.2, 6.5).
  /// - Parameters:
  ///   - changed: the watermark, Unix seconds.
  ///   - number: the first serial number that is asked for whatever its `changed`.
  ///   - after: the serial number behind which the page begins; nil for the beginning.
  ///   - idAttribute: the public name of the serial number.
  ///   - changedAttribute: that of the time of the last change.
  ///   - offset: rows to pass over.
  ///   - limit: rows of a page, at most 50.
  package static func changes(
    since changed: Int64, orFrom number: Int64, after: Int64?, idAttribute: String, changedAttribute: String,
    offset: Int = 0, limit: Int = PageParameter.greatestLimit
  ) -> QueryParameters {
    func condition(_ path: String, _ comparison: FilterOperator, _ value: Int64) -> FilterItem.Content {
      .condition(FilterCondition(path, comparison, [String(value)]))
    }
    var parameters = QueryParameters()
    parameters.filter.items = [
      FilterItem(id: "or", .group(.or)),
      FilterItem(id: "gt", memberOf: "or", condition(changedAttribute, .greater, changed)),
      FilterItem(id: "new", memberOf: "or", condition(idAttribute, .greaterOrEqual, number)),
    ]
    if let after { parameters.filter.items.append(FilterItem(id: "ix", condition(idAttribute, .greater, after))) }
    parameters.sort = [SortKey(idAttribute)]
    parameters.page = PageParameter(offset: offset, limit: limit)
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
