/// The site's words in our messages.
package enum SiteWords {
  /// On one line, at most 300 characters, without the tags and entities of HTML that Drupal puts into its messages. Words with a
  /// secret in them are not repeated at all: a gap would tell what was in it. A secret of less than four characters is found in any sentence and is not looked for.
  package static func tidy(_ text: String, hiding secrets: [String] = []) -> String {
    let line = PageWords.plain(text)
    if secrets.contains(where: { $0.count >= 4 && (text.contains($0) || line.contains($0)) }) {
      return "not repeated, it contains a secret"
    }
    return line.count > 300 ? line.prefix(300) + "…" : line
  }
}
