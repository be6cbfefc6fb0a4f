extension Filter {
  /// Reads the members of the `filter` parameter: shortcut (`filter[title]=x`), semi-short (`filter[k][value]=x`) and
  /// long form.
  /// - Throws: the site's complaint. Where the site fails with 500, a 400 in its words.
  package init(_ parameter: QueryTree) throws(QueryParameterError) {
    let drafts = try parameter.members.map { member throws(QueryParameterError) in try FilterDraft(member) }
    for draft in drafts {
      // The site resolves every path before it looks at anything else.
      guard let path = draft.condition["path"] else { continue }
      guard let text = path.text else { throw .invalidCondition }
      if FieldPath.isEmpty(text) { throw .noFieldName }
    }
    var assembly = FilterAssembly(drafts)
    try assembly.build(Filter.rootID)
    items = assembly.items.sorted { $0.key < $1.key }.map(\.value)
    try requireMembers()
  }

  /// The paths of all conditions in the client's order, also of those that belong to no known group: the site looks them up
  /// before it looks at anything else. Those behind an empty path, which it complains of, are left out.
  /// - Parameter parameter: the `filter` parameter.
  package static func paths(_ parameter: QueryTree) -> [(path: FieldPath, comparison: FilterOperator?)] {
    var paths: [(FieldPath, FilterOperator?)] = []
    for member in parameter.members {
      guard let draft = try? FilterDraft(member) else { return [] }
      guard let node = draft.condition["path"] else { continue }
      guard let text = node.text, !FieldPath.isEmpty(text) else { break }
      paths.append((FieldPath(text), draft.condition["operator"]?.text.flatMap { FilterOperator(rawValue: $0) }))
    }
    return paths
  }

  /// The `filter` parameter in its long form. Parsing it gives an equal filter.
  package var queryTree: QueryTree {
    QueryTree(items.map { ($0.id, .tree($0.queryTree)) })
  }

  /// The site makes broken SQL of a group without members.
  private func requireMembers() throws(QueryParameterError) {
    if items.isEmpty { throw QueryParameterError("The filter has no condition that belongs to a known group.") }
    let parents = Set(items.map { Array(($0.memberOf ?? Filter.rootID).utf8) })
    for item in items {
      guard case .group = item.content, !parents.contains(Array(item.id.utf8)) else { continue }
      throw QueryParameterError("The filter group '\(item.id)' has no members.")
    }
  }
}

/// One member of `filter` brought to the long form, not yet validated.
private struct FilterDraft {
  let id: String
  /// Nil when it was given as an array, which no group is called.
  let memberOf: String?
  let group: QueryTree.Node?
  let condition: QueryTree

  init(_ member: QueryTree.Member) throws(QueryParameterError) {
    id = member.name
    guard id != Filter.rootID else { throw QueryParameterError("'\(Filter.rootID)' is a reserved filter id.") }
    let item = member.node.tree ?? QueryTree([("value", member.node)])
    let parent = item["condition"]?.tree?["memberOf"] ?? item["group"]?.tree?["memberOf"]
    memberOf = parent == nil ? Filter.rootID : parent?.text
    var condition: QueryTree
    if item["value"] == nil {
      group = item["group"]
      switch item["condition"] {
      case .tree(let tree): condition = tree
      case nil: condition = QueryTree()
      case .text: throw .invalidCondition
      }
    } else {
      // A semi-short condition cannot name its group: the site reads `memberOf` from the long forms only.
      group = nil
      condition = item
      if condition["path"] == nil { condition["path"] = .text(id) }
    }
    if condition["operator"] == nil { condition["operator"] = .text(FilterOperator.equal.rawValue) }
    self.condition = condition
  }
}

/// Walks from the root and validates what it reaches, in the site's order: members before their group.
private struct FilterAssembly {
  let drafts: [FilterDraft]
  let children: [[UInt8]: [Int]]
  var items: [Int: FilterItem] = [:]

  init(_ drafts: [FilterDraft]) {
    self.drafts = drafts
    children = Dictionary(grouping: drafts.indices.filter { drafts[$0].memberOf != nil }) {
      Array((drafts[$0].memberOf ?? "").utf8)
    }
  }

  mutating func build(_ id: String) throws(QueryParameterError) {
    for index in children[Array(id.utf8)] ?? [] {
      let draft = drafts[index]
      let content: FilterItem.Content
      if let group = draft.group {
        try build(draft.id)
        guard let text = group.tree?["conjunction"]?.text, let conjunction = FilterConjunction(rawValue: text) else {
          throw QueryParameterError("Allowed conjunctions: AND, OR.")
        }
        content = .group(conjunction)
      } else {
        content = .condition(try FilterCondition(draft.condition))
      }
      let memberOf = draft.memberOf == Filter.rootID ? nil : draft.memberOf
      items[index] = FilterItem(id: draft.id, memberOf: memberOf, content)
    }
  }
}

extension FilterCondition {
  fileprivate init(_ parameter: QueryTree) throws(QueryParameterError) {
    guard let path = parameter["path"]?.text else { throw .invalidCondition }
    let name = parameter["operator"]?.text ?? "Array"
    guard let comparison = FilterOperator(rawValue: name) else {
      throw QueryParameterError("The '\(name)' operator is not allowed in a filter parameter.")
    }
    var values: [String] = []
    switch parameter["value"] {
    case .text(let text): values = [text]
    case .tree(let tree):
      values = tree.members.compactMap(\.node.text)
      guard values.count == tree.members.count else { throw .invalidCondition }
    case nil: break
    }
    if comparison.arity == .pattern, values.isEmpty { values = [""] }
    self.init(path, comparison, values)
    if let complaint = arityComplaint { throw QueryParameterError(complaint) }
  }

  private var arityComplaint: String? {
    switch comparison.arity {
    case .none where !values.isEmpty:
      "Filters using the '\(comparison.rawValue)' operator should not provide a value."
    case .one where values.count > 1, .pattern where values.count > 1:
      "Query condition '\(path) \(comparison.rawValue) \(values.joined(separator: ", "))' must have an array "
        + "compatible operator."
    case .two where values.count < 2:
      "The '\(comparison.rawValue)' operator needs two values."
    case .many where values.isEmpty:
      "Query condition '\(path) \(comparison.rawValue) ()' cannot be empty."
    default: nil
    }
  }
}

extension FilterItem {
  fileprivate var queryTree: QueryTree {
    let parent = memberOf.map { [("memberOf", QueryTree.Node.text($0))] } ?? []
    switch content {
    case .group(let conjunction):
      let group = QueryTree([("conjunction", .text(conjunction.rawValue))] + parent)
      return QueryTree([("group", .tree(group))])
    case .condition(let condition):
      var members: [(String, QueryTree.Node)] = [("path", .text(condition.path.rawValue))]
      if condition.comparison != .equal { members.append(("operator", .text(condition.comparison.rawValue))) }
      if let value = condition.values.first, condition.values.count == 1, condition.comparison.arity != .many {
        members.append(("value", .text(value)))
      } else if !condition.values.isEmpty {
        members.append(("value", .tree(QueryTree(list: condition.values))))
      }
      return QueryTree([("condition", .tree(QueryTree(members + parent)))])
    }
  }
}
