import Coding

/// What a part of the dashboard answers.
package enum DashboardAnswer: Sendable {
  /// A page, within the frame.
  case page(DashboardPage)
  /// After a form: on to a page of this server, by GET, with what came of it.
  case seeOther(String, DashboardNotice)
  /// Something without the frame: a file, a fault in plain words.
  case plain(AdminAnswer)
}

/// A page, within the frame that has navigation and style.
package struct DashboardPage: Sendable, Hashable {
  /// What stands in the title and above the content.
  package var title: String
  /// The content below the title. It has no `style` attributes, no `<style>` and no `<script>`: the browser ignores them there. Sections
  /// with an id and the attribute `data-refresh` are replaced from time to time by the same of the page as it is by then.
  package var body: HTML
  /// The status code.
  package var status: Int

  /// A page.
  package init(_ title: String, _ body: HTML, status: Int = 200) {
    self.title = title
    self.body = body
    self.status = status
  }
}

/// What came of something that was done, shown once on the next page.
package struct DashboardNotice: Sendable, Hashable {
  /// How it went.
  package enum Kind: String, Sendable, Hashable {
    /// As was wanted.
    case done
    /// Otherwise.
    case failed
  }

  /// How it went.
  package var kind: Kind
  /// A sentence for people.
  package var text: String

  /// What was done as was wanted.
  package static func done(_ text: String) -> DashboardNotice { DashboardNotice(kind: .done, text: text) }
  /// What was not.
  package static func failed(_ text: String) -> DashboardNotice { DashboardNotice(kind: .failed, text: text) }
}
