import Coding
import Synchronization

/// Forms that were sent and whose answer holds a secret: a page that is loaded anew sends its form once more, which would make the secret
/// that was just written down a wrong one. A few are remembered, by their seals, of which each is another one.
final class ShownOnce: Sendable {
  private static let most = 256

  private let seals = Mutex<[String]>([])

  /// Whether the form of a request comes for the first time.
  func isFirst(_ request: DashboardRequest) -> Bool {
    guard let seal = request.field("seal") else { return false }
    return seals.withLock { seals in
      if seals.contains(seal) { return false }
      if seals.count >= ShownOnce.most { seals.removeFirst() }
      seals.append(seal)
      return true
    }
  }

  /// Nothing came of the form of a request: it may be sent again.
  func forget(_ request: DashboardRequest) {
    guard let seal = request.field("seal") else { return }
    seals.withLock { seals in seals.removeAll { $0 == seal } }
  }

  /// What is answered to one that comes again.
  static func again(_ back: String) -> DashboardPage {
    DashboardPage(
      "That was done already",
      """
      <p class="notice failed" role="alert">This form was sent before, and nothing was done this time. The secret was shown once; \
      where it is lost, make a new one.</p>
      <p><a href="\(back)">Back</a></p>
      """, status: 409)
  }

  /// A secret, on the page that answers its form: in no address, no log, and no other page.
  /// - Parameters:
  ///   - name: what it is called where it is used.
  ///   - facts: what is used with it.
  static func page(_ title: String, _ name: String, _ secret: String, _ facts: [(String, HTML)], back: String)
    -> DashboardPage
  {
    let all: [(String, HTML)] = facts + [(name, "<code id=\"secret\">\(secret)</code>")]
    return DashboardPage(
      title,
      """
      <section id="shown-once"><p class="notice done" role="status">It is shown this once: write it down now.</p>
      \(Pieces.facts(all))<p><a href="\(back)">I have it</a></p></section>
      """)
  }
}
