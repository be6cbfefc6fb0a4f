import JSONAPI

/// A query on one collection: which rows, in which order, which window of them.
struct Selection {
  let community: Community
  let type: Int
  /// Whose rights hide rows from the query.
  let viewer: Viewer
  var filter: Filter?
  var sort: [SortKey] = []
  var offset = 0
  /// How many rows to find at most.
  var limit = 51
  /// Decides the order of rows that the sort keys leave equal. The site's database promises none; here it is another one
  /// for every seed.
  var seed: UInt64 = 0

  private var collection: Collection { community.collections[type] }

  func rows() -> [Row] {
    if filter != nil, community.silentlyRefusesFilter.contains(community.content.types[type].name) { return [] }
    guard let order = IndexOrder(sort), !(community.isMultilingual && order.isByChanged) else { return sorted() }
    switch order {
    case .recorded: return window(collection.slots.indices.lazy.map { Int32($0) })
    case .id(let isDescending):
      if let filter, let few = few(filter) {
        return isDescending ? window(few.reversed().lazy.map(\.slot)) : window(few.lazy.map(\.slot))
      }
      let stretch = stretch(of: collection.byID, filter.map(KeyRange.byID))
      return isDescending ? window(stretch.reversed().lazy.map(\.slot)) : window(stretch.lazy.map(\.slot))
    case .changedThenID(let isDescending):
      let stretch = stretch(of: collection.byChanged, filter.map(KeyRange.byChanged))
      return isDescending ? window(stretch.reversed().lazy.map(\.slot)) : window(stretch.lazy.map(\.slot))
    case .changed(let isDescending):
      let stretch = stretch(of: collection.byChanged, filter.map(KeyRange.byChanged))
      let shuffled = stretch.sorted { left, right in
        if left.changed != right.changed { return (left.changed < right.changed) != isDescending }
        return mixed(seed ^ mixed(UInt64(left.id))) < mixed(seed ^ mixed(UInt64(right.id)))
      }
      return window(shuffled.lazy.map(\.slot))
    }
  }

  /// The rows that one of several conditions joined by OR lets through, by id, where the indexes show that these are few: what a
  /// database does with what is new or has changed. Nil where they show nothing of the kind.
  private func few(_ filter: Filter) -> [Collection.Key]? {
    guard !community.isMultilingual, case .group(false, let all) = filter else { return nil }
    for case .group(true, let members) in all {
      var found: [Collection.Key] = []
      for member in members {
        guard case .condition(let condition) = member, condition.path.hops.isEmpty else { return nil }
        switch condition.path.leaf {
        case .changed: found += stretch(of: collection.byChanged, KeyRange.byChanged(member))
        case .id: found += stretch(of: collection.byID, KeyRange.byID(member))
        default: return nil
        }
        guard found.count <= collection.count / 8 else { return nil }
      }
      let slots = Dictionary(found.map { ($0.slot, $0.id) }) { first, _ in first }
      return slots.map { Collection.Key(changed: 0, id: $0.value, slot: $0.key) }.sorted()
    }
    return nil
  }

  /// The part of an index that the filter allows.
  private func stretch(of keys: [Collection.Key], _ range: KeyRange?) -> ArraySlice<Collection.Key> {
    guard let range else { return keys[...] }
    let start = Collection.place(of: .init(changed: range.lower.changed, id: range.lower.id, slot: 0), in: keys)
    guard range.upper >= range.lower else { return [] }
    var end = Collection.place(of: .init(changed: range.upper.changed, id: range.upper.id, slot: 0), in: keys)
    if end < keys.count, keys[end].changed == range.upper.changed, keys[end].id == range.upper.id { end += 1 }
    return keys[start..<max(start, end)]
  }

  /// The rows of the window, taken in the given order of slots.
  private func window(_ order: some Sequence<Int32>) -> [Row] {
    let slots = collection.slots
    let accepts = acceptance()
    var found: [Row] = []
    var skipped = 0
    for slot in order {
      guard let row = slots[Int(slot)], accepts(row) else { continue }
      if skipped < offset {
        skipped += 1
        continue
      }
      found.append(row)
      if found.count == limit { break }
    }
    return found
  }

  /// Query-level access and the filter.
  private func acceptance() -> (Row) -> Bool {
    let model = community.content.types[type]
    let isManager = viewer.isSiteManager
    let isListed = { [viewer, community] (row: Row) in
      isManager ? row.concealment != .vanished : viewer.sight(of: row, model, in: community) != .vanished
    }
    guard let filter else { return isListed }
    let reader = ColumnReader(community: community, viewer: viewer)
    let access = FilterAccess(community: community, type: model, viewer: viewer, paths: filter.paths)
    return { row in filter.matches(row, reader) && isListed(row) && access.permits(row) }
  }

  /// Any other order: all matching rows, sorted.
  private func sorted() -> [Row] {
    let accepts = acceptance()
    let reader = ColumnReader(community: community, viewer: viewer)
    let keyed = collection.slots.lazy.compactMap { $0 }.filter(accepts).map { row in
      // A field with several values counts with its least, or its greatest from the greatest down.
      (row: row, keys: sort.map { key in key.pick(reader.values(key.path, of: row), precedes) })
    }
    let all = keyed.sorted { left, right in
      for (index, key) in sort.enumerated() {
        let order = precedes(left.keys[index], right.keys[index])
        if let order { return order != key.isDescending }
      }
      return mixed(seed ^ mixed(UInt64(left.row.id))) < mixed(seed ^ mixed(UInt64(right.row.id)))
    }
    return all.dropFirst(offset).prefix(limit).map(\.row)
  }

  /// nil for equal; null comes first.
  private func precedes(_ left: ColumnValue?, _ right: ColumnValue?) -> Bool? {
    switch (left, right) {
    case (nil, nil): nil
    case (nil, _): true
    case (_, nil): false
    case (.number(let a)?, .number(let b)?): a == b ? nil : a < b
    case (.text(let a)?, .text(let b)?): a.trimmed == b.trimmed ? nil : a.trimmed < b.trimmed
    case (.number?, .text?): true
    case (.text?, .number?): false
    }
  }
}

/// What a filter hides without a word (reference 3.3): other people's private files and the anonymous user. What a path leads
/// to counts as well, in whatever group it stands: rows that lead to no such thing are not found either.
struct FilterAccess {
  let community: Community
  let type: ResourceType
  let viewer: Viewer
  var paths: [FieldPath] = []

  func permits(_ row: Row) -> Bool {
    permits(row, type.entityType) && paths.allSatisfy { permits(behind: ways($0)[...], row) }
  }

  /// The relationships that a path follows, also where it ends at the id of a target.
  private func ways(_ path: FieldPath) -> [String] {
    if case .targetUUID(let name) = path.leaf { return path.hops + [name] }
    return path.hops
  }

  /// Whether one of the ways ends at what may be found.
  private func permits(behind hops: ArraySlice<String>, _ row: Row) -> Bool {
    guard let hop = hops.first, let data = community.document(row).relationships?[hop]?["data"] else { return true }
    let known = community.types[community.recorded(row).type].targets[hop] ?? []
    let kinds = Set(known.compactMap { $0.split(separator: "-").first.map(String.init) })
    let isGuarded = kinds.count == 1 && kinds.isSubset(of: ["user", "file", "comment"])
    let targets = (data.array ?? [data]).compactMap { $0["id"]?.string.flatMap { community.find($0) } }
    if targets.isEmpty { return !isGuarded && !leadsToGuarded(hops.dropFirst(), known) }
    return targets.contains { found in
      (!isGuarded || permits(found.row, community.types[found.type].entityType))
        && permits(behind: hops.dropFirst(), found.row)
    }
  }

  /// Whether a way from these types comes to what is not everybody's.
  private func leadsToGuarded(_ hops: ArraySlice<String>, _ names: [String]) -> Bool {
    guard let hop = hops.first else { return false }
    let next = Set(community.types.filter { names.contains($0.name) }.flatMap { $0.targets[hop] ?? [] })
    let kinds = Set(next.compactMap { $0.split(separator: "-").first.map(String.init) })
    if kinds.count == 1, kinds.isSubset(of: ["user", "file", "comment"]) { return true }
    return leadsToGuarded(hops.dropFirst(), Array(next))
  }

  private func permits(_ row: Row, _ entityType: String) -> Bool {
    switch entityType {
    case "user": return row.id != 0
    case "profile": return viewer.isSiteManager
    case "file":
      let body = community.document(row)
      if body.attributes["uri"]?["value"]?.string?.hasPrefix("public://") ?? true { return true }
      return body.relationships?["uid"]?["data"]?["id"]?.string == viewer.id
    default: return true
    }
  }
}
