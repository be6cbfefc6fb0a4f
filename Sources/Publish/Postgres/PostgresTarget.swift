import Foundation

#if Postgres
import CPostgres
#endif

/// Which database, and how it is reached: a connection string as libpq has it (PostgreSQL, "Connection Strings"), with what holds where
/// it says nothing. It may hold a password, so it prints as nothing but where it leads.
package struct PostgresTarget: Sendable, CustomStringConvertible, CustomReflectable {
  /// Where it leads, for people: no password.
  package let description: String
  /// Whether it holds a password.
  package let hasPassword: Bool
  /// What the operator is to know of it; nil for nothing.
  package let warning: String?
  /// What libpq is given.
  let conninfo: String
  /// Shows nothing.
  package var customMirror: Swift.Mirror { Swift.Mirror(self, children: [:]) }

  /// Reads a connection string, `postgres://…` or `host=… dbname=…`.
  /// - Parameter environment: `PGSSLMODE` and `PGHOST` count as if they stood in it.
  /// - Throws: `PublishRefusal` naming what is wrong, without the string itself.
  package init(_ text: String, environment: [String: String] = [:]) throws {
    guard text.utf8.count <= 4_096, !text.utf8.contains(0) else {
      throw PublishRefusal("the connection string is longer than 4096 bytes")
    }
    // libpq would take what the environment says, or the user's own database: nobody named either.
    guard text.contains(where: { !$0.isWhitespace }) else {
      throw PublishRefusal("the connection string is empty; it is like postgres://user@host/database")
    }
    var options = try PostgresTarget.options(text)
    let host = options["hostaddr"] ?? options["host"] ?? environment["PGHOST"] ?? ""
    let isService = options["service"] != nil || options["servicefile"] != nil
    let isLocal = host.split(separator: ",", omittingEmptySubsequences: false).allSatisfy(PostgresTarget.isLocal)
    let mode = options["sslmode"] ?? environment["PGSSLMODE"]
    if mode == nil, !isLocal, !isService {
      options["sslmode"] = "verify-full"
      if options["sslrootcert"] == nil, environment["PGSSLROOTCERT"] == nil,
        let file = PostgresTarget.rootCertificates(environment)
      {
        options["sslrootcert"] = file
      }
    }
    let isWeak = !isLocal && mode.map { !["verify-full", "verify-ca"].contains($0) } ?? false
    warning =
      isWeak
      ? "sslmode=\(mode ?? "") lets whoever is in between read and change what is published; verify-full does not" : nil
    for (name, value) in PostgresTarget.usual where options[name] == nil { options[name] = value }
    options["client_encoding"] = "UTF8"
    hasPassword = options["password"] != nil || options["sslpassword"] != nil
    let place = host.isEmpty ? "the local socket" : host
    description =
      "\(place)\(options["port"].map { ":\($0)" } ?? ""), database \(options["dbname"] ?? options["user"] ?? "of the user")"
    conninfo = options.sorted { $0.key < $1.key }.map { "\($0.key)='\(PostgresTarget.escaped($0.value))'" }
      .joined(separator: " ")
  }

  /// What holds where the string says nothing: a connection that is dead is noticed.
  private static let usual = [
    "connect_timeout": "15", "application_name": "social-mirror", "keepalives": "1", "keepalives_idle": "30",
    "keepalives_interval": "10", "keepalives_count": "3", "tcp_user_timeout": "60000",
  ]

  private static func isLocal(_ host: Substring) -> Bool {
    host.isEmpty || host.hasPrefix("/") || host.hasPrefix("@") || host == "localhost" || host == "::1"
      || host.hasPrefix("127.")
  }

  /// The system's list of authorities, where the user has none of his own, which libpq would look for.
  private static func rootCertificates(_ environment: [String: String]) -> String? {
    let own = (environment["HOME"] ?? "") + "/.postgresql/root.crt"
    let known = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"]
    if FileManager.default.fileExists(atPath: own) { return nil }
    return known.first { FileManager.default.fileExists(atPath: $0) }
  }

  private static func escaped(_ value: String) -> String {
    value.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
  }

  /// The options that the string names.
  private static func options(_ text: String) throws -> [String: String] {
    #if Postgres
    var message: UnsafeMutablePointer<CChar>?
    guard let first = PQconninfoParse(text, &message) else {
      // libpq's words may show a part of the string, and with it of a password.
      PQfreemem(message)
      throw PublishRefusal(
        "the connection string cannot be read; it is like postgres://user@host/database?sslmode=verify-full, with % codes for signs "
          + "that have a meaning there")
    }
    defer { PQconninfoFree(first) }
    var options: [String: String] = [:]
    var option = first
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val { options[String(cString: keyword)] = String(cString: value) }
      option += 1
    }
    return options
    #else
    throw PublishRefusal("this program was built without PostgreSQL: it needs libpq and the package trait Postgres")
    #endif
  }
}

/// Why nothing is published: something that a person has to change.
package struct PublishRefusal: Error, Sendable, Hashable, CustomStringConvertible {
  /// One sentence for the operator.
  package var description: String

  /// A refusal in these words.
  package init(_ description: String) { self.description = description }
}
