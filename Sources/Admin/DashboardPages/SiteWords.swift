import Coding

/// What the site said when it refused something: the errors of its document (JSON:API 1.0, "Error Objects"), else its words as they are.
struct SiteWords: Sendable, Hashable {
  /// No more errors are read.
  private static let most = 20

  /// A sentence for each error, with the place in the document that it is about, where the site names one.
  let sentences: [String]

  /// - Parameter document: as it was kept; nil where the site sent none.
  init(_ document: String?) {
    guard let document else {
      sentences = []
      return
    }
    let errors = (try? JSON(parsing: document))?["errors"]?.array ?? []
    let told = errors.prefix(SiteWords.most).compactMap { error -> String? in
      let words = [error["title"]?.string, error["detail"]?.string].compactMap { $0 }.filter { !$0.isEmpty }
      guard !words.isEmpty else { return nil }
      let place = error["source"]?["pointer"]?.string ?? error["source"]?["parameter"]?.string
      return words.joined(separator: ": ") + (place.map { " (\($0))" } ?? "")
    }
    sentences = told.isEmpty ? [document] : told
  }

  /// As a list.
  var html: HTML {
    guard !sentences.isEmpty else { return "" }
    let items = HTML(sentences.map { sentence -> HTML in "<li>\(Pieces.foreign(sentence))</li>\n" })
    return "<ul>\n\(items)</ul>\n"
  }
}
