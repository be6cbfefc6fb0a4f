/// One key of the `sort` parameter (reference 3.4).
package struct SortKey: Sendable, Hashable {
  /// What is sorted by.
  package var path: FieldPath
  /// Whether from greatest to least.
  package var descending: Bool
  /// The translation whose value counts; nil for any.
  package var langcode: String?

  /// A key.
  package init(_ path: String, descending: Bool = false, langcode: String? = nil) {
    self.path = FieldPath(path)
    self.descending = descending
    self.langcode = langcode
  }
}

extension SortKey {
  /// Reads the `sort` parameter in either form: `-changed,title` or `sort[a][path]=changed&sort[a][direction]=DESC`.
  static func keys(_ parameter: QueryTree.Node) throws(QueryParameterError) -> [SortKey] {
    let keys: [SortKey]
    switch parameter {
    case .text(let text):
      guard !FieldPath.isEmpty(text) else {
        throw QueryParameterError("You need to provide a value for the sort parameter.")
      }
      keys = text.splitKeepingEmpty(at: UInt8(ascii: ",")).map { field in
        let descending = field.utf8.first == UInt8(ascii: "-")
        return SortKey(
          descending ? String(decoding: field.utf8.dropFirst(), as: UTF8.self) : field, descending: descending)
      }
    case .tree(let tree):
      keys = try tree.members.map { member throws(QueryParameterError) in
        guard let item = member.node.tree, let path = item["path"]?.text else {
          throw QueryParameterError("You need to provide a field name for the sort parameter.")
        }
        if item["direction"]?.tree != nil || item["langcode"]?.tree != nil {
          throw QueryParameterError("You have provided an invalid set of sort keys.")
        }
        return SortKey(
          path, descending: item["direction"]?.text?.uppercased() == "DESC", langcode: item["langcode"]?.text)
      }
    }
    if keys.contains(where: { FieldPath.isEmpty($0.path.rawValue) }) { throw .noFieldName }
    return keys
  }

  /// The `sort` parameter; the short form unless a key does not fit it. Nil when there is no key.
  static func queryNode(_ keys: [SortKey]) -> QueryTree.Node? {
    guard !keys.isEmpty else { return nil }
    let isShort = keys.allSatisfy {
      $0.langcode == nil && !$0.path.rawValue.utf8.contains(UInt8(ascii: ","))
        && $0.path.rawValue.utf8.first != UInt8(ascii: "-")
    }
    if isShort {
      return .text(keys.map { ($0.descending ? "-" : "") + $0.path.rawValue }.joined(separator: ","))
    }
    return .tree(
      QueryTree(
        keys.enumerated().map { index, key in
          var members: [(String, QueryTree.Node)] = [("path", .text(key.path.rawValue))]
          if key.descending { members.append(("direction", .text("DESC"))) }
          if let langcode = key.langcode { members.append(("langcode", .text(langcode))) }
          return (String(index), .tree(QueryTree(members)))
        }))
  }
}
