import JSONAPI

/// A value as the database has it.
enum ColumnValue: Sendable {
  case number(Double)
  case text(FoldedText)
}

/// Reads the columns of a row.
struct ColumnReader {
  let community: Community
  let viewer: Viewer

  /// All values that a path reaches, none for null.
  func values(_ path: FieldPath, of row: Row) -> [ColumnValue] {
    values(path.hops[...], path.leaf, row)
  }

  /// Whether a path ends in nothing on any of its ways: what a left join finds.
  func hasNull(_ path: FieldPath, of row: Row) -> Bool { hasNull(path.hops[...], path.leaf, row) }

  private func hasNull(_ hops: ArraySlice<String>, _ leaf: FieldPath.Leaf, _ row: Row) -> Bool {
    guard let hop = hops.first else { return values([], leaf, row).isEmpty }
    let items = identifiers(hop, row)
    return items.isEmpty
      || items.contains { item in
        guard let id = item["id"]?.string, let found = community.find(id), isJoined(found) else { return true }
        return hasNull(hops.dropFirst(), leaf, found.row)
      }
  }

  private func values(_ hops: ArraySlice<String>, _ leaf: FieldPath.Leaf, _ row: Row) -> [ColumnValue] {
    if let hop = hops.first {
      return identifiers(hop, row).flatMap { item -> [ColumnValue] in
        guard let id = item["id"]?.string, let found = community.find(id), isJoined(found) else { return [] }
        return values(hops.dropFirst(), leaf, found.row)
      }
    }
    switch leaf {
    case .uuid: return [text(row.uuid.text)]
    case .id: return [.number(Double(row.id))]
    case .changed: return community.times(of: row).map { .number(Double($0)) }
    case .created: return [.number(Double(row.created))]
    case .attribute(let name, _) where name == community.types[community.recorded(row).type].revisionAttribute:
      return [.number(Double(row.revision))]
    case .attribute(let name, let kind): return column(community.recorded(row).attributes[name], kind)
    case .property(let attribute, let property):
      return column(community.recorded(row).attributes[attribute]?[property], .text)
    case .relationship(let name):
      if community.content.types[community.recorded(row).type].isAlwaysSet(name) { return [.number(1)] }
      return identifiers(name, row).map { _ in .number(1) }
    case .targetUUID(let name):
      // `missing` and `virtual` stand for nothing in the database.
      return identifiers(name, row).compactMap { item in
        guard let uuid = item["id"]?.string.flatMap({ EntityUUID($0) }) else { return nil }
        if let found = community.find(uuid), !isJoined(found) { return nil }
        return text(uuid.text)
      }
    case .targetMeta(let name, let key):
      return identifiers(name, row).flatMap { item -> [ColumnValue] in
        // A root term has a parent of the number 0.
        if item["id"] == "virtual", key == "drupal_internal__target_id" { return [.number(0)] }
        return column(item["meta"]?[key], .text)
      }
    }
  }

  private func identifiers(_ name: String, _ row: Row) -> [JSON] {
    guard let data = community.document(row).relationships?[name]?["data"] else { return [] }
    return (data.array ?? [data]).filter { $0.object != nil }
  }

  /// Whether a filter reaches a target: nodes that the viewer may not see are left out of the join.
  private func isJoined(_ found: (type: Int, row: Row)) -> Bool {
    let type = community.types[found.type]
    return viewer.isSiteManager || type.entityType != "node" || viewer.sees(found.row, of: type, in: community)
  }

  private func column(_ value: JSON?, _ kind: AttributeKind) -> [ColumnValue] {
    switch value {
    case .bool(let flag)?: [.number(flag ? 1 : 0)]
    case .number(let digits)?: [.number(Double(digits) ?? 0)]
    case .string(let string)?:
      switch kind {
      case .epoch: SiteTime.seconds(string).map { [.number(Double($0))] } ?? []
      case .dateTime: [text(SiteTime.seconds(string).map { String(SiteTime.text($0).prefix(19)) } ?? string)]
      default: [text(string)]
      }
    case .array(let elements)?: elements.flatMap { column($0, kind) }
    case .null?, .object?, nil: []
    }
  }

  private func text(_ text: String) -> ColumnValue { .text(FoldedText(text)) }
}
