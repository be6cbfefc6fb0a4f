/// A stretch of an index that a filter cannot reach beyond: what makes the keyset queries of reference 6.5 and 6.7 a
/// binary search. It may be wider than the filter, never narrower: rows in it are still tested.
struct KeyRange: Sendable, Equatable {
  struct Key: Sendable, Comparable {
    var changed: Int64
    var id: Int64

    static func < (left: Key, right: Key) -> Bool { (left.changed, left.id) < (right.changed, right.id) }
  }

  var lower = Key(changed: .min, id: .min)
  var upper = Key(changed: .max, id: .max)

  /// What a filter allows in the index by (changed, id).
  static func byChanged(_ filter: Filter) -> KeyRange {
    switch filter {
    case .condition(let condition):
      guard condition.path.hops.isEmpty, condition.path.leaf == .changed, let span = span(condition) else {
        return KeyRange()
      }
      return KeyRange(lower: Key(changed: span.0, id: .min), upper: Key(changed: span.1, id: .max))
    case .group(true, let members):
      let ranges = members.map(byChanged)
      guard let first = ranges.first else { return KeyRange() }
      return ranges.dropFirst().reduce(first) {
        KeyRange(lower: min($0.lower, $1.lower), upper: max($0.upper, $1.upper))
      }
    case .group(false, let members):
      var range = members.map(byChanged).reduce(KeyRange()) {
        KeyRange(lower: max($0.lower, $1.lower), upper: min($0.upper, $1.upper))
      }
      // Within one second the ids decide.
      let ids = byID(filter)
      if range.lower.changed == range.upper.changed {
        range.lower.id = max(range.lower.id, ids.lower.id)
        range.upper.id = min(range.upper.id, ids.upper.id)
      }
      return range
    }
  }

  /// What a filter allows in the index by id; `changed` is 0 there.
  static func byID(_ filter: Filter) -> KeyRange {
    var range = KeyRange(lower: Key(changed: 0, id: .min), upper: Key(changed: 0, id: .max))
    let members: [Filter]
    switch filter {
    case .group(false, let all): members = all
    case .condition: members = [filter]
    case .group(true, _): return range
    }
    for case .condition(let condition) in members where condition.path.hops.isEmpty && condition.path.leaf == .id {
      guard let span = span(condition) else { continue }
      range.lower.id = max(range.lower.id, span.0)
      range.upper.id = min(range.upper.id, span.1)
    }
    return range
  }

  private static func span(_ condition: Condition) -> (Int64, Int64)? {
    guard let value = condition.numbers.first, let number = Int64(exactly: value.rounded(.down)),
      number == Int64(value),
      Double(number) == value
    else { return nil }
    switch condition.comparison {
    case .equal: return (number, number)
    case .greater: return (number + 1, .max)
    case .greaterOrEqual: return (number, .max)
    case .less: return (.min, number - 1)
    case .lessOrEqual: return (.min, number)
    default: return nil
    }
  }
}
