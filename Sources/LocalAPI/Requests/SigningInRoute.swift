/// A route of signing in, where sites with OAuth have them.
enum SigningInRoute: Equatable, Sendable {
  case token
  case keys
  case userInfo
}
