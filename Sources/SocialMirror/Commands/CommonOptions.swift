import ArgumentParser
import Foundation
import Logging
import Store

/// Options of every command that works on a mirror.
struct CommonOptions: ParsableArguments {
  @Option(
    name: .long,
    help: "The configuration file (default: $SOCIAL_MIRROR_CONFIG, ./config.json, /etc/social-mirror/config.json).")
  var config: String?

  @Flag(name: .shortAndLong, help: "Say more.")
  var verbose = false

  @Flag(name: .shortAndLong, help: "Say only what went wrong.")
  var quiet = false

  func validate() throws {
    if verbose && quiet { throw ValidationError("--verbose and --quiet exclude each other") }
  }

  /// How much is said.
  var verbosity: Verbosity { quiet ? .quiet : verbose ? .verbose : .usual }

  /// Reads the configuration and sets up the log on standard error.
  func settings(needsSite: Bool) throws -> Settings {
    let settings = try origin.read(needsSite: needsSite).settings
    LogOutput.bootstrap(level: origin.level(by: settings), format: settings.log.format)
    return settings
  }

  /// Where the configuration is.
  var origin: ConfigurationOrigin {
    ConfigurationOrigin(path: config, level: quiet ? .error : verbose ? .debug : nil)
  }

  /// The mirror of the configuration, for commands that make none: on a wrong path they say so.
  /// - Parameter purpose: whether the command writes.
  /// - Throws: `ConfigurationError`; `MirrorUnusable` where there is no mirror.
  func existingMirror(for purpose: MirrorPurpose = .looking) throws -> Mirror {
    try Mirror(path: settings(needsSite: false).mirror.path, for: purpose)
  }
}
