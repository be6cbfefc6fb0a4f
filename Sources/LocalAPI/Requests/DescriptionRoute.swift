/// A route that tells what there is.
enum DescriptionRoute: Equatable {
  case entryPoint
}
