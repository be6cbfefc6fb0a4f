/// A route of files: they stand under the paths that the site gave them, anywhere.
enum FileRoute: Equatable, Sendable {
  case content
}
