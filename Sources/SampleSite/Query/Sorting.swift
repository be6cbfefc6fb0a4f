/// One sort key (reference 3.4).
struct SortKey: Sendable {
  var path: FieldPath
  var isDescending: Bool

  /// The value that decides among several.
  func pick(_ values: [ColumnValue], _ precedes: (ColumnValue?, ColumnValue?) -> Bool?) -> ColumnValue? {
    values.dropFirst().reduce(values.first) { best, value in precedes(value, best) == !isDescending ? value : best }
  }

  /// A key that is given again keeps its first place. Its direction is that of the last for the numbers of the row and for all
  /// of a type in one table, of others that of the first.
  private static func once(_ keys: [SortKey], _ type: ResourceType) -> [SortKey] {
    var found: [SortKey] = []
    let isInOneTable = type.kinds["default_langcode"] == nil
    for key in keys {
      guard let place = found.firstIndex(where: { $0.path.hops == key.path.hops && $0.path.leaf == key.path.leaf })
      else {
        found.append(key)
        continue
      }
      let isNumber =
        key.path.hops.isEmpty && (key.path.leaf == .id || key.path.attribute == type.revisionAttribute)
      if isInOneTable || isNumber && key.path.leaf != .uuid { found[place].isDescending = key.isDescending }
    }
    return found
  }

  /// Reads `sort=a,-b` or `sort[k][path]=a&sort[k][direction]=DESC`.
  /// - Throws: `QueryFault` as the site answers it.
  static func parse(
    _ value: BracketParameters.Value, type: ResourceType, content: Content
  ) throws(QueryFault) -> [SortKey] {
    switch value {
    case .text(let text):
      guard !text.isEmpty else { throw QueryFault(detail: "You need to provide a value for the sort parameter.") }
      var keys: [SortKey] = []
      for part in text.split(separator: ",", omittingEmptySubsequences: false) {
        let isDescending = part.first == "-"
        let path = String(isDescending ? part.dropFirst() : part)
        keys.append(SortKey(path: try FieldPath(path, type: type, in: content), isDescending: isDescending))
      }
      return once(keys, type)
    case .list(let entries):
      var keys: [SortKey] = []
      for entry in entries {
        guard entry.value.entries != nil else {
          throw QueryFault(status: 500, detail: "Cannot access offset of type string on string")
        }
        guard let path = entry.value["path"]?.text else {
          throw QueryFault(detail: "You need to provide a field name for the sort parameter.")
        }
        let resolved = try FieldPath(path, type: type, in: content)
        keys.append(SortKey(path: resolved, isDescending: entry.value["direction"]?.text == "DESC"))
      }
      return once(keys, type)
    }
  }
}

/// Which index gives an order without sorting.
enum IndexOrder: Equatable {
  case recorded
  case changedThenID(isDescending: Bool)
  /// By `changed` alone: equal seconds come in an order that differs from request to request.
  case changed(isDescending: Bool)
  case id(isDescending: Bool)

  var isByChanged: Bool {
    switch self {
    case .changed, .changedThenID: true
    case .recorded, .id: false
    }
  }

  init?(_ keys: [SortKey]) {
    guard keys.allSatisfy({ $0.path.hops.isEmpty }) else { return nil }
    switch (keys.first?.path.leaf, keys.dropFirst().first?.path.leaf, keys.count) {
    case (nil, nil, _): self = .recorded
    case (.id?, _, _): self = .id(isDescending: keys[0].isDescending)
    case (.changed?, .id?, _) where keys[0].isDescending == keys[1].isDescending:
      self = .changedThenID(isDescending: keys[0].isDescending)
    case (.changed?, nil, 1): self = .changed(isDescending: keys[0].isDescending)
    default: return nil
    }
  }
}
