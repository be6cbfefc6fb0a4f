import JSONAPI

/// What of a changed configuration a running daemon takes anew, and what counts when it is started again. Compares the values of the
/// file alone: what a variable of the environment says stays as it was at the start.
struct Reload: Sendable, Hashable {
  /// Keys that changed and are taken.
  var taken: [String]
  /// Keys that changed and wait for a restart.
  var waiting: [String]

  /// What a daemon takes while it runs. A renewed certificate it sees by itself.
  static let keys: Set<String> = [
    "log.level", "sync.intervalSeconds", "sync.sweepIntervalSeconds", "sync.settleWindowSeconds",
    "sync.maxRemovalShare",
    "sync.onHidden", "site.requestsPerSecond", "site.pageSize", "localAPI.sights",
  ]

  /// - Parameters:
  ///   - before: the values that are in force, by key.
  ///   - after: those of the file now.
  init(from before: [String: JSON], to after: [String: JSON]) {
    let changed = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }.sorted()
    taken = changed.filter(Reload.keys.contains)
    waiting = changed.filter { !Reload.keys.contains($0) }
  }

  /// In words, for the log and the service manager.
  var sentence: String {
    if taken.isEmpty, waiting.isEmpty { return "the configuration is as it was" }
    let parts = [
      taken.isEmpty ? nil : "taken anew: \(taken.joined(separator: ", "))",
      waiting.isEmpty ? nil : "count after a restart: \(waiting.joined(separator: ", "))",
    ]
    return "configuration: " + parts.compactMap { $0 }.joined(separator: "; ")
  }
}

extension Settings {
  /// These settings, with what a running daemon takes anew (`Reload.keys`) from others.
  func taking(_ others: Settings) -> Settings {
    var settings = self
    settings.log.level = others.log.level
    settings.sync.intervalSeconds = others.sync.intervalSeconds
    settings.sync.sweepIntervalSeconds = others.sync.sweepIntervalSeconds
    settings.sync.settleWindowSeconds = others.sync.settleWindowSeconds
    settings.sync.maxRemovalShare = others.sync.maxRemovalShare
    settings.sync.onHidden = others.sync.onHidden
    settings.localAPI.sights = others.localAPI.sights
    if let site = others.site {
      settings.site?.requestsPerSecond = site.requestsPerSecond
      settings.site?.pageSize = site.pageSize
    }
    return settings
  }
}
