import ArgumentParser
import JSONAPI
import Store
import TokenIssuer

/// `key`: the keys that sign the local API's tokens.
struct KeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "The keys that sign the local API's tokens.", subcommands: [Rotate.self, List.self])

  struct Rotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a new key sign; tokens of the old one live out. A program that runs takes it up by itself.")
    @OptionGroup var common: CommonOptions

    func run() async throws {
      let settings = try common.settings(needsSite: false)
      // On a wrong path there is no mirror, and there are to be no keys either.
      let mirror = try Mirror(path: settings.mirror.path, for: .looking)
      let now = unixNow()
      let until = try Rotate.end(of: mirror.tokens, accessTokenSeconds: settings.localAPI.accessTokenSeconds, at: now)
      let rotation = try await KeyRingFiles(path: settings.signingKeyPath).rotate(until: until, at: now)
      say("signs     \(rotation.id)")
      if let before = rotation.before { say("lives out \(before) until \(RFC3339.text(unixSeconds: until))") }
    }

    /// When no token of the key that signs now is good any more: not before those end that were issued, and those that a program still
    /// issues that takes a moment to notice.
    private static func end(of tokens: Tokens, accessTokenSeconds: Int, at now: Int64) throws -> Int64 {
      let lives = try tokens.consumers().compactMap(\.accessTokenSeconds) + [Int64(accessTokenSeconds)]
      let next = now.addingClamped(lives.max() ?? 0)
      // Ten years are enough for any token, and for the name of a file.
      let last = try tokens.lastExpiry() ?? 0
      return min(max(next, last), now.addingClamped(315_360_000)).addingClamped(60)
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists the keys: the one that signs, and those whose tokens are still good.")
    @OptionGroup var common: CommonOptions

    func run() async throws {
      let settings = try common.settings(needsSite: false)
      _ = try Mirror(path: settings.mirror.path, for: .looking)
      let (keys, faults) = try await KeyRingFiles(path: settings.signingKeyPath).list(at: unixNow())
      if keys.isEmpty { say("no key yet: the first start of the local API makes one") }
      for key in keys {
        let state = key.until.map { "until \(RFC3339.text(unixSeconds: $0))" } ?? "signs"
        say("\(key.id)  \(state)  \(key.path)")
      }
      for fault in faults { complain("\(fault)") }
    }
  }
}
