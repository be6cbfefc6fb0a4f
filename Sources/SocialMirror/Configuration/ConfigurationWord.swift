import Logging
import Store
import SyncAgent

/// A setting that is one of a few words. Which they are is said once, by the type that acts on them: the file and the environment are
/// checked against it, messages list it, and what is none of them never becomes another.
protocol ConfigurationWord: RawRepresentable, CaseIterable, Sendable where RawValue == String {}

extension ConfigurationWord {
  /// The words as they are written.
  static var words: [String] { allCases.map(\.rawValue) }
}

extension ConflictPolicy: ConfigurationWord {}
extension FilePolicy: ConfigurationWord {}
extension HiddenPolicy: ConfigurationWord {}
extension Logger.Level: ConfigurationWord {}

/// How log lines are written.
enum LogFormat: String, ConfigurationWord {
  /// `2026-11-23T20:00:00Z warning message key=value`
  case text
  /// One JSON object a line.
  case json
}

extension Settings {
  /// How the program signs in to the site, with what each way takes.
  enum SignIn: Sendable {
    /// The ways by the names that OAuth has for them (RFC 6749).
    enum Grant: String, ConfigurationWord {
      case password
      case clientCredentials = "client_credentials"
      case refreshToken = "refresh_token"
    }

    case password(username: String, Secret)
    /// With the client's own secret.
    case clientCredentials
    case refreshToken(Secret)
  }
}
