import Coding

/// What is wrong with a query and where. The site looks at one parameter after the other, and at rows in between: a complaint
/// about a later one never comes before a complaint about an earlier one.
package struct QueryComplaint: Error, Sendable, Hashable {
  /// The parameters in the order in which the site looks at them.
  package enum Stage: Int, Sendable, Hashable, Comparable {
    case names, version, filter, sort, page, include, fields

    /// Looked at before.
    package static func < (left: Stage, right: Stage) -> Bool { left.rawValue < right.rawValue }
  }

  /// When the site finds it.
  package var stage: Stage
  /// What is wrong.
  package var error: QueryParameterError
}

extension QueryParameters {
  /// Reads all parameters, in the order in which the site complains.
  /// - Throws: the site's complaint. Where the site fails with 500, a 400 in its words. Fields and relationships are
  ///   not looked up here.
  package init(_ tree: QueryTree, for route: Route = .collection) throws(QueryParameterError) {
    let (parameters, complaint) = QueryParameters.read(tree, for: route)
    if let complaint { throw complaint.error }
    self = parameters
  }

  /// Reads parameters up to the first that is wrong.
  /// - Returns: what was read, and the site's complaint about what comes next.
  package static func read(
    _ tree: QueryTree, for route: Route = .collection
  ) -> (parameters: QueryParameters, complaint: QueryComplaint?) {
    var parameters = QueryParameters()
    var stage = QueryComplaint.Stage.names
    do throws(QueryParameterError) {
      try parameters.read(tree, route, &stage)
    } catch {
      return (parameters, QueryComplaint(stage: stage, error: error))
    }
    return (parameters, nil)
  }

  private mutating func read(
    _ tree: QueryTree, _ route: Route, _ stage: inout QueryComplaint.Stage
  ) throws(QueryParameterError) {
    try QueryParameters.checkNames(tree)
    stage = .version
    for member in tree.members where !QueryParameters.reserved.contains(member.name) {
      guard member.name == "resourceVersion" else {
        custom.append(member.name, member.node)
        continue
      }
      resourceVersion = try QueryParameters.scalar(member.node, "resourceVersion")
    }
    if route == .collection {
      stage = .filter
      if let node = tree["filter"] { filter = try Filter(QueryParameters.array(node, "filter")) }
      stage = .sort
      if let node = tree["sort"] { sort = try SortKey.keys(node) }
      stage = .page
      if let node = tree["page"] { page = try PageParameter(QueryParameters.array(node, "page")) }
    }
    stage = .include
    if let node = tree["include"] {
      include = QueryParameters.includePaths(try QueryParameters.scalar(node, "include"))
    }
    stage = .fields
    if let node = tree["fields"] {
      for member in try QueryParameters.array(node, "fields").members {
        guard let text = member.node.text else { throw .notScalar("fields") }
        fields[member.name] = text.splitKeepingEmpty(at: UInt8(ascii: ",")).filter { !$0.isEmpty }
      }
    }
  }

  /// The parameters as a tree; `QueryParameters(queryTree)` is equal to this value when it was parsed.
  package var queryTree: QueryTree {
    var tree = QueryTree()
    if !filter.isEmpty { tree["filter"] = .tree(filter.queryTree) }
    tree["sort"] = SortKey.queryNode(sort)
    if !include.isEmpty {
      let text = include.map { $0.joined(separator: ".") }.joined(separator: ",")
      // An empty text would be no parameter; white space is trimmed away.
      tree["include"] = .text(FieldPath.isEmpty(text) ? " \(text)" : text)
    }
    if !fields.isEmpty {
      let types = fields.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      tree["fields"] = .tree(QueryTree(types.map { ($0.key, .text($0.value.joined(separator: ","))) }))
    }
    tree["page"] = .tree(page.queryTree)
    tree["resourceVersion"] = resourceVersion.map { .text($0) }
    for member in custom.members { tree[member.name] = member.node }
    return tree
  }

  /// The query string of a request with these parameters, without `?`.
  package var queryString: String { queryTree.encoded(.client) }

  private static let reserved: Set<String> = ["filter", "sort", "page", "fields", "include"]

  private static func checkNames(_ tree: QueryTree) throws(QueryParameterError) {
    if let format = tree["_format"] {
      // PHP takes an empty text and "0" for no format at all.
      let isNone = format.text.map { FieldPath.isEmpty($0) } ?? false
      throw isNone || format.text == "api_json" ? .formatParameter : .unsupportedFormat
    }
    let invalid = tree.members.map(\.name).filter { !reserved.contains($0) && !MemberName.isCustomParameter($0) }
    if !invalid.isEmpty { throw .invalidNames(invalid) }
  }

  private static func array(_ node: QueryTree.Node, _ name: String) throws(QueryParameterError) -> QueryTree {
    guard let tree = node.tree else { throw .notArray(name) }
    return tree
  }

  private static func scalar(_ node: QueryTree.Node, _ name: String) throws(QueryParameterError) -> String {
    guard let text = node.text else { throw .notScalar(name) }
    return text
  }

  private static func includePaths(_ text: String) -> [[String]] {
    guard !FieldPath.isEmpty(text) else { return [] }
    return text.splitKeepingEmpty(at: UInt8(ascii: ",")).map { path in
      path.trimmedAsByPHP.splitKeepingEmpty(at: UInt8(ascii: ".")).map(\.trimmedAsByPHP)
    }
  }
}

/// The specification's rules for names (JSON:API 1.0, "Member Names" and "Query Parameters").
enum MemberName {
  static func isValid(_ name: String) -> Bool {
    let scalars = name.unicodeScalars
    guard let first = scalars.first, let last = scalars.last, isGloballyAllowed(first), isGloballyAllowed(last) else {
      return false
    }
    return scalars.allSatisfy { isGloballyAllowed($0) || $0 == "-" || $0 == "_" || $0 == " " }
  }

  /// Custom parameters must hold something besides `a` to `z`.
  static func isCustomParameter(_ name: String) -> Bool {
    isValid(name) && !name.utf8.allSatisfy { (0x61...0x7A).contains($0) }
  }

  private static func isGloballyAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...: true
    default: false
    }
  }
}
