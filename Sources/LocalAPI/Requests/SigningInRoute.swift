/// A route of signing in, where sites with OAuth have them.
enum SigningInRoute: Equatable {
  case token
  case keys
  case userInfo
}
