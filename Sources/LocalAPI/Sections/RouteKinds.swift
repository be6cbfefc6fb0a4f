import Measures

extension RouteKind {
  /// The kind under which the answer to a read is measured.
  init(_ route: Route) {
    switch route {
    case .resource(.individual): self = .individual
    case .resource(.collection): self = .collection
    case .resource(.related), .resource(.relationship): self = .related
    case .signingIn: self = .signingIn
    case .description: self = .description
    case .own: self = .own
    case .file: self = .file
    case .moved: self = .other
    }
  }

  /// The same of a request that may change something.
  init(changing route: Route) {
    if case .resource = route { self = .write } else { self.init(route) }
  }
}
