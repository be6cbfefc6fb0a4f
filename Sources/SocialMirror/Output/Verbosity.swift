/// How much a command says.
enum Verbosity: Sendable {
  /// Only what went wrong.
  case quiet
  case usual
  /// More than is needed.
  case verbose
}
