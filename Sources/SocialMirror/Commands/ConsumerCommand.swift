import Admin
import ArgumentParser
import Foundation
import Store
import TokenIssuer

/// `consumer`: clients of the local API.
struct ConsumerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "consumer", abstract: "Clients of the local API.",
    subcommands: [Add.self, List.self, Rotate.self, Remove.self])

  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Adds a client; prints its id, and its secret this once.")
    @OptionGroup var common: CommonOptions
    @Option(name: .long, help: "What people call it.")
    var label: String
    @Option(name: .long, help: "The client id (default: a new UUID).")
    var id: String?
    @Flag(name: .long, help: "Read the secret from standard input instead of making one.")
    var secretStdin = false
    @Flag(
      name: .customLong("public"),
      help:
        "It can keep no secret, as an app on people's own machines: it gets none, and has to prove its codes (PKCE).")
    var isPublic = false
    @Option(
      name: .long,
      help: """
        Its grants, with commas: authorization_code, password, client_credentials, refresh_token (default: \
        password,client_credentials,refresh_token, and authorization_code with a --redirect-uri; of a public client \
        authorization_code,refresh_token).
        """)
    var grants: String?
    @Option(
      name: .long,
      help:
        "Its scopes, with commas: read, write, read:TYPE, write:TYPE (node or node--topic), openid, * for all but openid."
    )
    var scopes = Scopes.standard.joined(separator: ",")
    @Option(name: .long, help: "What it may see: one of localAPI.sights (default: everything).")
    var sight: String?
    @Option(
      name: .customLong("redirect-uri"), parsing: .upToNextOption,
      help: "Where it may have people sent back to, compared whole; the port of http://127.0.0.1 and [::1] is free.")
    var redirectURIs: [String] = []
    @Flag(
      name: .long, help: "It may give the challenge of PKCE unhashed (plain), for old clients that cannot do S256.")
    var plainChallenge = false
    @Option(name: .long, help: "How long its access tokens live, 1 to 86400 (default: localAPI.accessTokenSeconds).")
    var accessTokenSeconds: Int64?

    func run() throws {
      let settings = try common.settings(needsSite: false)
      let consumer = try CommandClients.consumer(
        label: label, id: id ?? UUID().uuidString.lowercased(), isPublic: isPublic, grants: grants, scopes: scopes,
        sight: settings.sight(named: sight), redirectURIs: redirectURIs, isPlainChallengeAllowed: plainChallenge,
        accessTokenSeconds: accessTokenSeconds)
      guard !isPublic || !secretStdin else {
        throw ConfigurationError(
          description: "--public and --secret-stdin exclude each other: a public client has no secret")
      }
      let mirror = try Mirror(path: settings.mirror.path)
      guard try mirror.tokens.consumer(consumer.id) == nil else {
        throw ConfigurationError(
          description:
            "there is a consumer \(consumer.id) already; `consumer rotate \(consumer.id)` gives it a new secret")
      }
      let secret: String? = try isPublic ? nil : secretStdin ? StandardInput.secret("secret") : SecretText.make()
      try mirror.tokens.save(
        ConsumerRow(consumer, secretHash: secret.map { try SecretHash.make($0).encoded }, at: unixNow()))
      say("client_id      \(consumer.id)")
      if let secret, !secretStdin { say("client_secret  \(secret)") }
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists the clients.")
    @OptionGroup var common: CommonOptions

    func run() throws {
      for consumer in try common.existingMirror().tokens.consumers() {
        var columns = [
          consumer.id, consumer.label, consumer.grants.joined(separator: ","), consumer.scopes.joined(separator: ","),
        ]
        if consumer.secretHash == nil { columns.append("public") }
        if let sight = consumer.sight { columns.append("sight=\(sight)") }
        columns += consumer.redirectURIs
        say(columns.joined(separator: "  "))
      }
    }
  }

  struct Rotate: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Gives a client a new secret and ends its tokens.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The client id.")
    var id: String
    @Flag(name: .long, help: "Read the secret from standard input instead of making one.")
    var secretStdin = false

    func run() throws {
      let mirror = try common.existingMirror(for: .writing)
      guard var consumer = try mirror.tokens.consumer(id) else {
        throw ConfigurationError(description: "there is no consumer \(id); `consumer list` shows all")
      }
      guard consumer.secretHash != nil else {
        throw ConfigurationError(
          description: "\(id) is a public client and has no secret; `consumer remove \(id)` ends its tokens")
      }
      let secret = try secretStdin ? StandardInput.secret("secret") : SecretText.make()
      consumer.secretHash = try SecretHash.make(secret).encoded
      try mirror.tokens.save(consumer)
      if !secretStdin { say("client_secret  \(secret)") }
    }
  }

  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Removes a client and its tokens.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The client id.")
    var id: String

    func run() throws {
      guard try common.existingMirror(for: .writing).tokens.removeConsumer(id) else {
        throw ConfigurationError(description: "there is no consumer \(id); `consumer list` shows all")
      }
    }
  }
}

/// Secrets that come in by standard input, so that they are in no process list.
enum StandardInput {
  /// The first line, which may not be empty.
  static func secret(_ what: String) throws -> String {
    guard let line = readLine(), !line.isEmpty else {
      throw ConfigurationError(
        description: "no \(what) on standard input; pipe it in, as in: printf %s \"$SECRET\" | social-mirror …")
    }
    return line
  }
}
