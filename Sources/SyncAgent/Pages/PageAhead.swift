import JSONAPI

extension PageReader {
  /// Asks for a page beside whatever else goes on.
  /// - Parameter parameters: nil to ask for none.
  /// - Returns: the reader behind it, and the page; nil where none was asked for.
  func ahead(
    _ path: String, _ parameters: QueryParameters?
  ) async -> (reader: PageReader, page: Result<ScannedPage, any Error>)? {
    guard let parameters else { return nil }
    var reader = self
    do {
      let page = try await reader.page(path, parameters)
      return (reader, .success(page))
    } catch { return (reader, .failure(error)) }
  }
}
