import Support
import Synchronization

@testable import Upstream

/// A token route in memory: rotates refresh tokens as the site does, and knows which access tokens are good.
final class TokenRoute: Sendable {
  struct State {
    var issued = 0
    var good: Set<String> = []
    var refreshTokens: Set<String> = []
    var passwordIsGood = true
    var gives: Bool = true
  }
  let state = Mutex(State())

  func answer(_ request: OutboundRequest) -> InboundResponse {
    let form = String(decoding: request.body ?? [], as: UTF8.self)
    return state.withLock { state in
      if let start = form.ranges(of: "refresh_token=").first?.upperBound {
        let token = String(form[start...])
        guard state.refreshTokens.remove(token) != nil else {
          return Self.json(400, #"{"error":"invalid_grant","hint":"Token has been revoked"}"#)
        }
        state.good = []
      } else if form.hasPrefix("grant_type=password"), !state.passwordIsGood {
        return Self.json(400, #"{"error":"invalid_grant","error_description":"The user credentials were incorrect."}"#)
      }
      state.issued += 1
      let number = state.issued
      state.good.insert("access\(number)")
      state.refreshTokens.insert("refresh\(number)")
      return Self.json(
        200,
        #"{"token_type":"Bearer","expires_in":300,"access_token":"access\#(number)","refresh_token":"refresh\#(number)"}"#
      )
    }
  }

  /// A resource that wants a good token.
  func resource(_ request: OutboundRequest) -> InboundResponse {
    let token = String((request["Authorization"] ?? "").dropFirst("Bearer ".count))
    return state.withLock { $0.good.contains(token) } && state.withLock({ $0.gives })
      ? InboundResponse(status: 200, body: Array(token.utf8))
      : InboundResponse(
        status: 401,
        fields: [
          HTTPField("WWW-Authenticate", #"Bearer realm="OAuth", error_description="Access token has been revoked""#)
        ])
  }

  func revokeAccess() { state.withLock { $0.good = [] } }

  static func json(_ status: Int, _ body: String) -> InboundResponse {
    InboundResponse(status: status, fields: [HTTPField("Content-Type", "application/json")], body: Array(body.utf8))
  }
}

/// A vault that can refuse, and remembers.
final class TestVault: TokenVault {
  struct Full: Error {}
  let state = Mutex((token: StoredToken?.none, isFull: false, saves: 0))

  func load() -> StoredToken? { state.withLock { $0.token } }
  func save(_ token: StoredToken) throws {
    try state.withLock { state in
      if state.isFull { throw Full() }
      state.token = token
      state.saves += 1
    }
  }
  func clear() { state.withLock { $0.token = nil } }
}
