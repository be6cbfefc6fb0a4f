import Synchronization
import TokenIssuer

/// A ledger in memory, with switches for what a test wants to go wrong.
final class MemoryLedger: TokenLedger {
  private struct State {
    var consumers: [String: Consumer] = [:]
    var accounts: [Account] = []
    var issues: [TokenIssue] = []
    var revoked: Set<String> = []
    var questions = 0
  }

  struct OutOfOrder: Error {}

  private let state = Mutex(State())
  /// Answers lookups of refresh tokens as if nobody had used one yet: what a slower request saw.
  let readsStaleRefreshTokens: Bool
  /// Runs while the ledger is asked whether a token is active, after the answer is fixed.
  private let whileAsked = Mutex<(@Sendable () -> Void)?>(nil)
  private let failing = Mutex(false)

  init(consumers: [Consumer] = [], accounts: [Account] = [], readsStaleRefreshTokens: Bool = false) {
    self.readsStaleRefreshTokens = readsStaleRefreshTokens
    state.withLock {
      $0.consumers = Dictionary(consumers.map { ($0.id, $0) }) { $1 }
      $0.accounts = accounts
    }
  }

  /// How often it was asked whether a token is active.
  var questions: Int { state.withLock { $0.questions } }
  var issues: [TokenIssue] { state.withLock { $0.issues } }
  func revoke(_ id: String) { state.withLock { _ = $0.revoked.insert(id) } }
  func fail() { failing.withLock { $0 = true } }
  func replace(_ consumer: Consumer) { state.withLock { $0.consumers[consumer.id] = consumer } }
  func remove(consumer id: String) { state.withLock { $0.consumers[id] = nil } }
  func replace(_ accounts: [Account]) { state.withLock { $0.accounts = accounts } }
  func onQuestion(_ action: @escaping @Sendable () -> Void) { whileAsked.withLock { $0 = action } }

  func consumer(id: String) throws -> Consumer? {
    if failing.withLock({ $0 }) { throw OutOfOrder() }
    return state.withLock { $0.consumers[id] }
  }

  func account(name: String) throws -> Account? { state.withLock { $0.accounts.first { $0.name == name } } }

  func account(id: Int64) throws -> Account? { state.withLock { $0.accounts.first { $0.id == id } } }

  func record(_ issue: TokenIssue) throws { state.withLock { $0.issues.append(issue) } }

  func refreshToken(_ digest: RefreshTokenDigest) throws -> RefreshTokenRecord? {
    state.withLock { state in
      state.issues.first { $0.refresh?.digest == digest }.map {
        RefreshTokenRecord(
          issue: $0, isRevoked: !readsStaleRefreshTokens && state.revoked.contains($0.accessTokenID))
      }
    }
  }

  func rotate(_ old: RefreshTokenDigest, to new: TokenIssue) throws -> RotationOutcome {
    state.withLock { state in
      guard let issue = state.issues.first(where: { $0.refresh?.digest == old }) else { return .unknown }
      guard state.revoked.insert(issue.accessTokenID).inserted else { return .revoked }
      state.issues.append(new)
      return .rotated
    }
  }

  func isActive(accessTokenID: String) throws -> Bool {
    if failing.withLock({ $0 }) { throw OutOfOrder() }
    let answer = state.withLock { state in
      state.questions += 1
      return state.issues.contains { $0.accessTokenID == accessTokenID } && !state.revoked.contains(accessTokenID)
    }
    whileAsked.withLock { $0 }?()
    return answer
  }
}
