extension Filter {
  /// Reads `filter[…]` (reference 3.2).
  /// - Throws: `QueryFault` as the site answers it.
  init(_ entries: [BracketParameters.Entry], type: ResourceType, content: Content) throws(QueryFault) {
    var groups: [String: (isOr: Bool, parent: String)] = [:]
    var members: [(parent: String, filter: Filter)] = []
    var order: [String] = []
    for entry in entries {
      if entry.name == "@root" { throw QueryFault(status: 500, detail: "'@root' is a reserved filter id.") }
      if let group = entry.value["group"] {
        let conjunction = group["conjunction"]?.text ?? "AND"
        guard conjunction == "AND" || conjunction == "OR" else {
          throw QueryFault(status: 500, detail: "Allowed conjunctions: AND, OR.")
        }
        groups[entry.name] = (conjunction == "OR", group["memberOf"]?.text ?? "@root")
        order.append(entry.name)
        continue
      }
      let (condition, parent) = try Filter.condition(entry, type, content)
      members.append((parent, .condition(condition)))
    }
    func children(_ name: String, _ depth: Int) throws(QueryFault) -> [Filter] {
      guard depth < 64 else { throw QueryFault(status: 500, detail: "A filter group is a member of itself.") }
      var all = members.filter { $0.parent == name }.map(\.filter)
      for group in order where groups[group]?.parent == name {
        all.append(.group(isOr: groups[group]?.isOr ?? false, try children(group, depth + 1)))
      }
      guard !all.isEmpty else {
        throw QueryFault(
          status: 500, detail: "SQLSTATE[42000]: Syntax error or access violation: empty condition group")
      }
      return all
    }
    self = .group(isOr: false, try children("@root", 0))
  }

  private static func condition(
    _ entry: BracketParameters.Entry, _ type: ResourceType, _ content: Content
  ) throws(QueryFault) -> (Condition, parent: String) {
    let form: BracketParameters.Value
    var path: String?
    if let long = entry.value["condition"] {
      form = long
      path = long["path"]?.text
    } else if entry.value.text != nil {
      form = .list([.init(name: "value", value: entry.value)])
      path = entry.name
    } else {
      form = entry.value
      path = entry.value["path"]?.text ?? (entry.value["value"] == nil ? nil : entry.name)
    }
    let value = form["value"]
    let name = form["operator"]?.text ?? "="
    let isNullTest = name == "IS NULL" || name == "IS NOT NULL"
    guard let path, value != nil || form["operator"] != nil, entry.value["condition"] != nil || value != nil else {
      throw QueryFault(
        detail: "You must provide a valid filter condition. Check that you have set the required keys for your filter.")
    }
    guard let comparison = Condition.Operator(rawValue: name) else {
      throw QueryFault(detail: "The '\(name)' operator is not allowed in a filter parameter.")
    }
    if isNullTest, value != nil {
      throw QueryFault(detail: "Filters using the '\(name)' operator should not provide a value.")
    }
    let resolved = try FieldPath(path, type: type, in: content, allowsBare: isNullTest)
    let values = value?.entries?.compactMap(\.value.text) ?? value?.text.map { [$0] } ?? []
    let takesList: [Condition.Operator] = [.isIn, .isNotIn, .between, .notBetween]
    if values.count > 1, !takesList.contains(comparison) {
      throw QueryFault(
        status: 500,
        detail:
          "Query condition '\(path) \(name) \(values.joined(separator: ", "))' must have an array compatible operator."
      )
    }
    if comparison == .between || comparison == .notBetween, values.count < 2 {
      throw QueryFault(status: 500, detail: "SQLSTATE[42000]: Syntax error or access violation")
    }
    let condition = Condition(path: resolved, comparison: comparison, values: values)
    return (condition, form["memberOf"]?.text ?? "@root")
  }
}
