import Synchronization
import TokenIssuer

/// A ledger in memory, with switches for what a test wants to go wrong.
final class MemoryLedger: TokenLedger {
  private struct State {
    var consumers: [String: Consumer] = [:]
    var accounts: [Account] = []
    var issues: [TokenIssue] = []
    var revoked: Set<String> = []
    var codes: [AuthorizationCodeDigest: AuthorizationCodeRecord] = [:]
    var consents: [String: [String]] = [:]
    var questions = 0
  }

  struct OutOfOrder: Error {}

  private let state = Mutex(State())
  /// Answers lookups of refresh tokens and codes as if nobody had used one yet: what a slower request saw.
  let readsStaleRefreshTokens: Bool
  /// Runs while the ledger is asked what a token may do, after the answer is fixed.
  private let whileAsked = Mutex<(@Sendable () -> Void)?>(nil)
  private let failing = Mutex(false)

  init(consumers: [Consumer] = [], accounts: [Account] = [], readsStaleRefreshTokens: Bool = false) {
    self.readsStaleRefreshTokens = readsStaleRefreshTokens
    state.withLock {
      $0.consumers = Dictionary(consumers.map { ($0.id, $0) }) { $1 }
      $0.accounts = accounts
    }
  }

  /// How often it was asked what a token may do.
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

  func rights(accessTokenID: String) throws -> TokenRights? {
    if failing.withLock({ $0 }) { throw OutOfOrder() }
    let answer = state.withLock { state -> TokenRights? in
      state.questions += 1
      guard let issue = state.issues.first(where: { $0.accessTokenID == accessTokenID }),
        !state.revoked.contains(accessTokenID), let consumer = state.consumers[issue.consumerID]
      else { return nil }
      let account = state.accounts.first { $0.id == issue.accountID }
      guard issue.accountID == nil || account != nil else { return nil }
      return TokenRights(issued: issue.scopes, consumer: consumer, account: account)
    }
    whileAsked.withLock { $0 }?()
    return answer
  }

  func revoke(accessTokenID: String) throws { revoke(accessTokenID) }

  func keep(_ code: AuthorizationCode) throws {
    state.withLock { $0.codes[code.digest] = AuthorizationCodeRecord(code: code, isUsed: false) }
  }

  func authorizationCode(_ digest: AuthorizationCodeDigest) throws -> AuthorizationCodeRecord? {
    state.withLock { state in
      var record = state.codes[digest]
      if readsStaleRefreshTokens { record?.isUsed = false }
      return record
    }
  }

  func redeem(_ digest: AuthorizationCodeDigest, for issue: TokenIssue) throws -> RotationOutcome {
    state.withLock { state in
      guard let record = state.codes[digest] else { return .unknown }
      guard !record.isUsed else { return .revoked }
      state.codes[digest]?.isUsed = true
      state.issues.append(issue)
      return .rotated
    }
  }

  func endTokens(of code: AuthorizationCodeDigest) throws -> [String] {
    state.withLock { state in
      let ids = state.issues.filter { $0.code == code }.map(\.accessTokenID)
      return ids.filter { state.revoked.insert($0).inserted }
    }
  }

  func consent(consumerID: String, accountID: Int64) throws -> [String]? {
    state.withLock { $0.consents["\(consumerID) \(accountID)"] }
  }

  func remember(_ scopes: [String], consumerID: String, accountID: Int64, at now: Int64) throws {
    state.withLock { $0.consents["\(consumerID) \(accountID)"] = scopes }
  }
}
