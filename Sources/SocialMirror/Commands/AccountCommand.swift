import ArgumentParser
import JSONAPI
import Store
import TokenIssuer

/// `account`: people who sign in.
struct AccountCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "account",
    abstract: "People who sign in to the local API, with the password grant or at /oauth/authorize.",
    subcommands: [Add.self, List.self, Remove.self])

  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Adds an account, or gives it a new password; prints the password this once when it makes one.",
      discussion: "A new password leaves the user, the scopes and the sight as they are, where none is given.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The user name.")
    var name: String
    @Flag(name: .long, help: "Read the password from standard input instead of making one.")
    var passwordStdin = false
    @Option(name: .long, help: "The UUID of the user whom it stands for on the site; not the number.")
    var user: String?
    @Option(
      name: .long,
      help: "Limits its scopes, with commas: read, write, read:TYPE, write:TYPE (node or node--topic), openid.")
    var scopes: String?
    @Option(name: .long, help: "What it may see: one of localAPI.sights (default: everything).")
    var sight: String?

    func run() throws {
      let scopes = try scopes.map(CommandClients.scopes)
      try AccountCommand.check(name: name)
      let settings = try common.settings(needsSite: false)
      let sight = try settings.sight(named: sight)
      let mirror = try Mirror(path: settings.mirror.path)
      let id = try user.map { try AccountCommand.id(of: $0, in: mirror) }
      let password = try passwordStdin ? StandardInput.secret("password") : SecretText.make()
      try mirror.tokens.saveAccount(
        name: name, passwordHash: SecretHash.make(password).encoded, userUUID: id?.description, scopes: scopes,
        sight: sight, at: unixNow())
      say("username  \(name)")
      if !passwordStdin { say("password  \(password)") }
    }
  }

  /// A name comes in a form, where spaces at its ends are cut off.
  private static func check(name: String) throws {
    guard AccountName.isGood(name) else {
      throw ConfigurationError(
        description: "a user name has 1 to 255 bytes, no spaces at its ends and no control characters")
    }
  }

  /// A user's id: a UUID, or the id of a user in the mirror, as the site writes it.
  private static func id(of user: String, in mirror: Mirror) throws -> ResourceID {
    guard let id = try mirror.reading.user(named: user) else {
      throw ConfigurationError(
        description:
          "--user takes a UUID such as 2d734987-915d-5970-82ed-d3db4c835e5d, or the id of a user in the mirror")
    }
    return id
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists the accounts.")
    @OptionGroup var common: CommonOptions

    func run() throws {
      for account in try common.existingMirror().tokens.accounts() {
        var columns = [account.name, account.userUUID ?? "-", account.scopes.joined(separator: ",")]
        if let sight = account.sight { columns.append("sight=\(sight)") }
        if account.isFromSite { columns.append("by the site's word") }
        say(columns.joined(separator: "  "))
      }
    }
  }

  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Removes an account and its tokens.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The user name.")
    var name: String

    func run() throws {
      guard try common.existingMirror(for: .writing).tokens.removeAccount(name) else {
        throw ConfigurationError(description: "there is no account \(name); `account list` shows all")
      }
    }
  }
}
