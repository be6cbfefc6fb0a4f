import Coding
import Foundation
import Synchronization

/// The keys that tokens are signed with and checked against: one that signs, and those that were rotated out and whose tokens live out. It
/// notices within `lookSeconds` that another process has rotated. Safe from any thread.
package final class KeyRing: Sendable {
  private struct State {
    var signing: SigningKey
    var retired: [(key: SigningKey, until: Int64)]
    /// The files from which these keys were read.
    var mark: KeyRingFiles.Mark?
    var isOutdated = false
    var lookedAt: ContinuousClock.Instant
    /// What was said of the files last: it is said once.
    var said: [SigningKeyFile.Failure] = []
  }

  /// How old what is known of the files may be, in seconds.
  package static let lookSeconds = 2.0
  /// The same where a token names a key that is not known: another process may have just made it.
  private static let leastSeconds = 0.25

  /// The mirror, by the base URL of its API where that is set: the `iss` of its tokens.
  package let issuer: String
  private let files: KeyRingFiles?
  private let state: Mutex<State>
  private let onChange: @Sendable () -> Void
  private let report: @Sendable (SigningKeyFile.Failure) -> Void

  /// A ring of one key, which lives as long as the process.
  package init(_ key: SigningKey, issuer: String) {
    self.issuer = issuer
    files = nil
    state = Mutex(State(signing: key, retired: [], lookedAt: .now))
    onChange = {}
    report = { _ in }
  }

  /// The ring in these files; makes the key that signs if there is none.
  /// - Parameters:
  ///   - onChange: is called when the files have changed, before a new key is used: what was found good before may be good no longer.
  ///   - report: is told of keys that cannot be used.
  /// - Throws: why the key that signs cannot be used.
  package init(
    _ files: KeyRingFiles, issuer: String, onChange: @escaping @Sendable () -> Void = {},
    report: @escaping @Sendable (SigningKeyFile.Failure) -> Void = { _ in }
  ) async throws(SigningKeyFile.Failure) {
    _ = try await SigningKeyFile(path: files.path).loadOrCreate()
    let mark = files.mark()
    let content = try await files.load(at: KeyRing.unixSeconds())
    self.issuer = issuer
    self.files = files
    self.onChange = onChange
    self.report = report
    state = Mutex(
      State(
        signing: content.signing, retired: content.retired, mark: mark, lookedAt: .now, said: content.faults))
    for fault in content.faults { report(fault) }
  }

  /// Looks, where the last look is some time ago, whether the files have changed; true once for each change. Costs a look into the folder
  /// at most, without waiting.
  package func hasChanged() -> Bool { look(KeyRing.lookSeconds) }

  private func look(_ maximumAge: Double) -> Bool {
    guard let files else { return false }
    let time = ContinuousClock.now
    let isDue = state.withLock { state in
      guard !state.isOutdated, time - state.lookedAt >= .seconds(maximumAge) else { return false }
      state.lookedAt = time
      return true
    }
    guard isDue else { return false }
    let mark = files.mark()
    let hasChanged = state.withLock { state in
      guard state.mark != mark, !state.isOutdated else { return false }
      state.isOutdated = true
      return true
    }
    if hasChanged { onChange() }
    return hasChanged
  }

  /// The keys by now.
  private func living(_ maximumAge: Double = KeyRing.lookSeconds) async -> State {
    _ = look(maximumAge)
    let state = self.state.withLock { $0 }
    guard state.isOutdated, let files else { return state }
    let mark = files.mark()
    do {
      let content = try await files.load(at: KeyRing.unixSeconds())
      let news = self.state.withLock { state in
        (state.signing, state.retired, state.mark) = (content.signing, content.retired, mark)
        state.isOutdated = false
        defer { state.said = content.faults }
        return content.faults.filter { !state.said.contains($0) }
      }
      for fault in news { report(fault) }
    } catch {
      // What signed until now goes on until the file is good again.
      let isNew = self.state.withLock { state in
        state.mark = mark
        state.isOutdated = false
        defer { state.said = [error] }
        return state.said != [error]
      }
      if isNew { report(error) }
    }
    onChange()
    return self.state.withLock { $0 }
  }

  /// The compact JWT (RFC 7519) of these claims, in the mirror's name.
  func sign(_ claims: AccessTokenClaims) async throws -> String {
    var claims = claims
    claims.iss = issuer
    return try await living().signing.sign(claims, jti: claims.jti)
  }

  /// The compact JWT of other claims, which are taken as they are.
  func sign(_ claims: some OrderedClaims) async throws -> String {
    try await living().signing.sign(claims, jti: nil)
  }

  /// The claims of a token that the key of this `kid` signed with RS256 in the mirror's name; nil for any other. The header was checked
  /// before; see `CompactJWT`.
  /// - Parameter now: Unix seconds.
  func claims(of token: String, keyID: String, at now: Double) async -> AccessTokenClaims? {
    var key = KeyRing.key(keyID, in: await living(), at: now)
    if key == nil { key = KeyRing.key(keyID, in: await living(KeyRing.leastSeconds), at: now) }
    guard let key, let claims = try? await key.claims(of: token), claims.iss == issuer else { return nil }
    return claims
  }

  private static func key(_ id: String, in state: State, at now: Double) -> SigningKey? {
    if state.signing.id == id { return state.signing }
    return state.retired.first { $0.key.id == id && now < Double($0.until) }?.key
  }

  /// Reads the files again where they have changed, and looks whether they have where the last look is some time ago.
  package func refresh() async { _ = await living() }

  /// Refreshes all the while, until the task is cancelled.
  package func follow() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: .seconds(KeyRing.lookSeconds))
      await refresh()
    }
  }

  /// The answer of `/oauth/jwks` (RFC 7517, 5): the public keys of those that are living as of the last `refresh`, the one that signs
  /// first.
  package var document: TokenReply {
    let state = state.withLock { $0 }
    let now = KeyRing.unixSeconds()
    let keys = [state.signing] + state.retired.filter { $0.until > now }.map(\.key)
    let document: JSON = ["keys": .array(keys.map(\.publicKey))]
    return .document(document.encoded(.site))
  }

  private static func unixSeconds() -> Int64 { Int64(Date().timeIntervalSince1970) }
}
