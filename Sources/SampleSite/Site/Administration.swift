import Synchronization

/// What an administrator of the site changes while it runs.
struct Administration: Sendable {
  /// Whether JSON:API takes writes.
  var takesWrites = true
  /// Entity types of which the site's own code fails to create any.
  var failingCreations: Set<String> = []
}

extension SampleSite {
  /// Whether JSON:API takes writes: an administrator's setting.
  package var takesWrites: Bool {
    get { administration.withLock { $0.takesWrites } }
    set { administration.withLock { $0.takesWrites = newValue } }
  }

  /// Entity types of which the site's own code fails to create any.
  package var failingCreations: Set<String> {
    get { administration.withLock { $0.failingCreations } }
    set { administration.withLock { $0.failingCreations = newValue } }
  }
}
