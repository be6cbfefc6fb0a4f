/// A route that tells what there is.
enum DescriptionRoute: Equatable, Sendable {
  case entryPoint
}
