/// How the members of a group are combined.
package enum FilterConjunction: String, Sendable, Hashable {
  /// All must match.
  case and = "AND"
  /// One must match.
  case or = "OR"
}

/// A condition or a group as the client named it.
package struct FilterItem: Sendable, Hashable {
  /// Either of the two.
  package enum Content: Sendable, Hashable {
    /// A comparison.
    case condition(FilterCondition)
    /// How its members are combined.
    case group(FilterConjunction)
  }

  /// The client's name for it; unique in a filter, never `@root`.
  package var id: String
  /// The group it belongs to; nil for the root.
  package var memberOf: String?
  /// What it is.
  package var content: Content

  /// An item.
  package init(id: String, memberOf: String? = nil, _ content: Content) {
    self.id = id
    self.memberOf = memberOf
    self.content = content
  }
}

/// The filter of a request (reference 3.2): conditions and groups in the client's order. Those at the root are ANDed.
/// A parsed filter holds only what can be reached from the root: the site ignores members of unknown groups.
package struct Filter: Sendable, Hashable {
  /// All items in the client's order.
  package var items: [FilterItem]

  /// A filter of these items.
  package init(_ items: [FilterItem] = []) { self.items = items }

  /// Whether nothing is filtered.
  package var isEmpty: Bool { items.isEmpty }

  /// A condition, or a group with its members.
  package indirect enum Node: Sendable, Hashable {
    case condition(id: String, FilterCondition)
    case group(id: String, FilterConjunction, [Node])
  }

  /// The items as a tree under the root, an AND group called `@root`. Members of unknown groups, of conditions and of
  /// groups in a circle are left out.
  package var root: Node {
    let children = Dictionary(grouping: items.indices) { Array((items[$0].memberOf ?? Filter.rootID).utf8) }
    var seen: Set<Int> = []
    func members(of id: String) -> [Node] {
      (children[Array(id.utf8)] ?? []).compactMap { index in
        guard seen.insert(index).inserted else { return nil }
        let item = items[index]
        switch item.content {
        case .condition(let condition): return .condition(id: item.id, condition)
        case .group(let conjunction): return .group(id: item.id, conjunction, members(of: item.id))
        }
      }
    }
    return .group(id: Filter.rootID, .and, members(of: Filter.rootID))
  }

  /// The name of the implicit group around everything.
  package static let rootID = "@root"
}
