import JSONAPI

extension Community {
  /// A few dozen resources of all ten entity types, whose relationships point to each other alone: a community that is
  /// cheap to copy, for simulations. Always the same one.
  /// - Throws: when the embedded content is damaged.
  package static func small() throws -> Community { try chosen.get() }

  private static let chosen = Result {
    let content = try Content.recorded()
    return Community(content: content, resources: content.closedSelection())
  }
}

extension Content {
  /// The two accounts, two resources of every entity type (one of them of its largest bundle) and all that these point to;
  /// of many candidates those that need the fewest others.
  fileprivate func closedSelection() -> [Int32] {
    let accounts = ["a0000000-0000-4000-8000-000000000001", "a0000000-0000-4000-8000-000000000002"]
    var selected = accounts.compactMap { EntityUUID($0).flatMap { numbers[$0] } }
      .reduce(into: Set<Int32>()) { $0.formUnion(closure(of: $1, known: $0)) }
    let sizes = Dictionary(grouping: resources, by: \.row.type).mapValues(\.count)
    let bundles = Dictionary(grouping: types.indices) { types[$0].entityType }.sorted { $0.key < $1.key }.map(\.value)
    let largest = bundles.map { [$0.max { sizes[$0] ?? 0 < sizes[$1] ?? 0 } ?? $0[0]] }
    for bundles in largest + bundles {
      let best = resources.indices.map(Int32.init)
        .filter { number in
          let row = resources[Int(number)].row
          return bundles.contains(row.type) && !row.hidden && row.relationships != nil && !selected.contains(number)
        }
        .map { closure(of: $0, known: selected) }.min { $0.count < $1.count }
      selected.formUnion(best ?? [])
    }
    return selected.sorted()
  }

  /// What has to be there so that a resource points to nothing outside, `known` not counted.
  private func closure(of number: Int32, known: Set<Int32>) -> Set<Int32> {
    var found: Set<Int32> = [number]
    var waiting = [number]
    while let next = waiting.popLast() {
      for case let target? in resources[Int(next)].template.targets.map(\.content)
      where !known.contains(target) && found.insert(target).inserted {
        waiting.append(target)
      }
    }
    return found
  }
}
