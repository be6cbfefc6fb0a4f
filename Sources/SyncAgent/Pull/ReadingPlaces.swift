import Upstream

/// The places of a round at which readers work side by side: gives out types, and when none is left, parts of types that take long.
/// So never more than `site.concurrency` read at once, and none stands idle while there is work that can be shared.
actor ReadingPlaces {
  /// What a place works on.
  enum Work: Sendable {
    case type(EntryPoint.Collection)
    case stretch(StretchReader)
  }

  private var types: ArraySlice<EntryPoint.Collection>
  private var busy = 0
  private var isClosed = false
  private var idle: [CheckedContinuation<Work?, Never>] = []

  init(_ types: [EntryPoint.Collection]) { self.types = types[...] }

  /// How many wait for work that is left over from others.
  var wanted: Int { types.isEmpty && !isClosed ? idle.count : 0 }

  /// The next work for a place; nil when all is done, or nothing more is to be done.
  func next() async -> Work? {
    if isClosed { return nil }
    if let type = types.popFirst() {
      busy += 1
      return .type(type)
    }
    // Whoever works may still give something away.
    guard busy > 0 else { return nil }
    return await withCheckedContinuation { idle.append($0) }
  }

  /// A place is through with its work.
  func done() {
    busy -= 1
    if busy == 0, types.isEmpty { close() }
  }

  /// Hands work to one who waits; false when nobody does any more.
  func give(_ work: Work) -> Bool {
    guard !isClosed, let place = idle.popLast() else { return false }
    busy += 1
    place.resume(returning: work)
    return true
  }

  /// Nothing more is given out.
  func close() {
    isClosed = true
    for place in idle { place.resume(returning: nil) }
    idle = []
  }
}
