import ArgumentParser
import Foundation
import JSONAPI
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
    @Option(name: .long, help: "Its grants, with commas: password, client_credentials, refresh_token.")
    var grants = "password,client_credentials,refresh_token"
    @Option(name: .long, help: "Its scopes, with commas; `write` lets it write.")
    var scopes = Scopes.standard.joined(separator: ",")

    func run() throws {
      let grants = try NameList(grants, of: "--grants") { Grant(rawValue: $0) != nil }.names
      let scopes = try NameList(scopes, of: "--scopes", Scopes.isName).names
      let mirror = try Mirror(path: common.settings(needsSite: false).mirror.path)
      let id = id ?? UUID().uuidString.lowercased()
      guard try mirror.tokens.consumer(id) == nil else {
        throw ConfigurationError(
          description: "there is a consumer \(id) already; `consumer rotate \(id)` gives it a new secret")
      }
      let secret = try secretStdin ? StandardInput.secret("secret") : SecretText.make()
      try mirror.tokens.save(
        ConsumerRow(
          id: id, label: label, secretHash: SecretHash.make(secret).encoded, grants: grants, scopes: scopes,
          created: unixNow()))
      say("client_id      \(id)")
      if !secretStdin { say("client_secret  \(secret)") }
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists the clients.")
    @OptionGroup var common: CommonOptions

    func run() throws {
      for consumer in try common.existingMirror().tokens.consumers() {
        say(
          "\(consumer.id)  \(consumer.label)  \(consumer.grants.joined(separator: ","))  \(consumer.scopes.joined(separator: ","))"
        )
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

/// Names given in one option, with commas.
struct NameList {
  let names: [String]

  init(_ text: String, of option: String, _ isKnown: (String) -> Bool) throws {
    names = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    guard !names.isEmpty else { throw ConfigurationError(description: "\(option) names nothing") }
    if let strange = names.first(where: { !isKnown($0) }) {
      throw ConfigurationError(description: "\(option): \(strange) is not a name that goes there")
    }
  }
}

/// Secrets that the program makes.
enum SecretText {
  /// 32 random bytes in characters that need no quoting in a shell or a URL.
  static func make() -> String {
    Base64URL.encode(SecureRandom.bytes(32))
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
