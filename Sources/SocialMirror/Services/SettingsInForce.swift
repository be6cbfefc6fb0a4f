import Synchronization

/// The settings that a daemon works by: they may be read anew while it runs.
final class SettingsInForce: Sendable {
  private let state: Mutex<Settings>

  init(_ settings: Settings) { state = Mutex(settings) }

  /// What holds now.
  var settings: Settings { state.withLock { $0 } }

  /// Takes of others what a running daemon takes anew.
  /// - Returns: what holds from now on.
  func take(_ others: Settings) -> Settings {
    state.withLock { settings in
      settings = settings.taking(others)
      return settings
    }
  }
}
