import Foundation
import JSONAPI
import Logging

/// Where a process has its configuration from, so that it can read it anew while it runs.
struct ConfigurationOrigin: Sendable {
  /// What `--config` names.
  var path: String?
  /// The level of the log that the command's flags ask for, whatever the configuration says.
  var level: Logger.Level?
  var environment = ProcessInfo.processInfo.environment

  /// Reads the configuration.
  /// - Parameter needsSite: as in `Settings`.
  /// - Returns: the settings, and the values of the file by key.
  /// - Throws: `ConfigurationError` naming the key.
  func read(needsSite: Bool) throws -> (settings: Settings, values: [String: JSON]) {
    let file = try ConfigurationFile(path: path, environment: environment)
    return (try Settings(file: file, environment: environment, needsSite: needsSite), file.values)
  }

  /// The level of the log by these settings.
  func level(by settings: Settings) -> Logger.Level { level ?? settings.log.level }
}
