import JSONAPI

/// Conditions on long texts, which are looked through one by one (`indexed_text`).
extension QueryCompiler {
  /// So many texts are tried to learn how many of them fulfil a condition.
  private static let sample: Int64 = 4_000
  /// When fewer of the tried ones fulfil it, all texts are looked through before anything else; when more do, a page fills
  /// up soon enough along its order.
  private static let few: Int64 = 200

  /// Nil where no index of texts knows the answer.
  mutating func textual(_ item: Item, _ value: ResolvedPath.Value, _ row: RowReference) throws -> Term? {
    let comparison = item.condition.comparison
    guard !value.isList, ValueClass(value) == .text,
      [.contains, .startsWith, .endsWith, .isNotNull].contains(comparison),
      let index = try index(of: value, item.types, holdsTexts: true)
    else { return nil }
    guard comparison != .isNotNull, let wanted = item.condition.values.first, !wanted.isEmpty else {
      let path = index.sql("x.path") { bind($0) }
      return Term(sql: "EXISTS (SELECT 1 FROM indexed_text x WHERE \(path) AND x.resource = \(row.id))")
    }
    let folded = QueryArgument.text(GeneralCollation.fold(wanted, trimmed: false))
    let mode = comparison == .contains ? 0 : comparison == .startsWith ? 1 : 2
    let tried = try index.ids.map { id in
      try snapshot.count(
        "(SELECT x.value FROM indexed_text x WHERE x.path = ?1 LIMIT \(QueryCompiler.sample)) "
          + "WHERE \(QueryFunctions.find)(value, ?2, \(mode))", [.integer(id), folded])
    }
    let (path, text) = (index.sql("x.path") { bind($0) }, bind(folded))
    let found = "\(path) AND \(QueryFunctions.find)(x.value, \(text), \(mode))"
    if tried.reduce(0, +) < QueryCompiler.few {
      return Term(
        sql: "\(row.id) IN (SELECT x.resource FROM indexed_text x WHERE \(found))", isDriving: true, drivesByID: true)
    }
    return Term(sql: "EXISTS (SELECT 1 FROM indexed_text x WHERE x.resource = \(row.id) AND \(found))")
  }
}
