/// Which clones of the recorded resources a community has, worked out instead of stored: generation 0 is the recorded
/// resource, every further generation a copy with its own UUID, ids and times.
struct Lineage: Sendable {
  let content: Content
  /// The numbers of the recorded resources that have clones, ascending: all but the anonymous user, the administrator,
  /// the account itself and what is hidden.
  let cloned: [Int32]
  /// Place of a recorded resource in `cloned`.
  private let places: [Int32: Int]
  /// The last generation that is complete.
  let whole: Int
  /// How many resources of `cloned` exist in the generation after it.
  let rest: Int

  /// A community of about `count` resources, never fewer than were recorded.
  init(content: Content, count: Int) {
    self.content = content
    cloned = content.resources.indices.filter { index in
      let resource = content.resources[index]
      return !resource.row.hidden && !(content.types[resource.row.type].entityType == "user" && resource.id <= 2)
    }.map(Int32.init)
    places = Dictionary(uniqueKeysWithValues: cloned.enumerated().map { ($1, $0) })
    let visible = content.resources.count { !$0.row.hidden }
    let more = max(0, count - visible)
    whole = more / cloned.count
    rest = more % cloned.count
  }

  /// Whether this clone exists. The incomplete last generation takes every k-th resource, so that all types grow.
  func exists(_ number: Int32, generation: Int32) -> Bool {
    guard generation > 0 else { return true }
    guard let place = places[number] else { return false }
    if Int(generation) <= whole { return true }
    guard Int(generation) == whole + 1 else { return false }
    return (place + 1) * rest / cloned.count > place * rest / cloned.count
  }

  /// The row of a clone.
  func row(_ number: Int32, generation: Int32) -> Row {
    let resource = content.resources[Int(number)]
    let distance = Int64(generation) * (content.stride[content.types[resource.row.type].entityType] ?? 0)
    // Whole generations move back together, so that what shared a second still does.
    let shift = Int64(generation % 997) * 3607
    return Row(
      uuid: resource.row.uuid.derived(UInt64(generation)), id: resource.id + distance,
      revision: resource.revision + (resource.revision > 0 ? distance : 0), changed: resource.changed - shift,
      created: resource.created - shift, concealment: resource.row.hidden ? .omitted : .none,
      body: .content(number, generation: generation))
  }

  /// What a clone points to where the recorded resource points to `target`: the same generation's clone, if there is one.
  func target(_ target: Template.Target, generation: Int32) -> (uuid: EntityUUID, id: Int64) {
    guard generation > 0, let number = target.content, exists(number, generation: generation) else {
      return (target.uuid, target.id)
    }
    let type = content.types[content.resources[Int(number)].row.type]
    let distance = Int64(generation) * (content.stride[type.entityType] ?? 0)
    return (target.uuid.derived(UInt64(generation)), target.id + distance)
  }
}
