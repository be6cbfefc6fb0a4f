import HTTPTypes
import JSONAPI
import NIOCore
import TokenIssuer

/// `/oauth/debug`: what is known of a token, for those who may do all (reference 7.5, 7.6).
enum TokenDescription {
  private static let refusal = "The 'debug simple_oauth tokens' permission is required."

  /// The answer to a GET whose token is not a bad one: the format is asked for before the permission, which the scope `*` gives.
  static func answer(to asked: Asked) -> Answer {
    guard asked.uri.query.tree["_format"]?.text == "json" else { return Answer(page: "Not acceptable", status: 406) }
    guard let token = asked.viewer.caller.token, token.scopes.contains("*"),
      let bearer = asked.head.authorization.flatMap({ AccessTokenVerifier.bearerToken(inAuthorization: $0) })
    else { return answer(["message": .string(refusal)], status: 403) }
    return answer(document(token, bearer), status: 200)
  }

  /// The site's members. What it calls permissions are scopes here.
  static func document(_ token: AccessToken, _ bearer: String) -> JSON {
    let permissions = token.scopes.map { scope -> (String, JSON) in
      (scope, ["title": .string(AuthorizationPages.words(of: scope)), "access": true])
    }
    return [
      "token": [.string(bearer)], "id": .string(token.accountID.map { String($0) } ?? "0"),
      "roles": ["authenticated"], "permissions": .object(JSONObject(permissions)),
    ]
  }

  private static func answer(_ document: JSON, status: Int) -> Answer {
    var answer = Answer(document: ByteBuffer(bytes: document.encoded(.site)), status: status)
    answer.fields[.contentType] = "application/json"
    if status == 200 { answer.fields[.cacheControl] = "no-store, private" }
    return answer
  }
}
