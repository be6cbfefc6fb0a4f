import Coding
import Store

/// One change: what it sets, where it stands, what the site said to it, and what can be done.
struct ChangePage: Sendable {
  let change: OutboxChange
  /// That the site takes no writes at all.
  let hold: WritesHold?
  /// The conflict in which it stands.
  let conflict: Int64?
  /// What somebody typed that was not taken.
  var typed: String?
  /// Why it was not.
  var refusal: String?

  private var path: String { "\(QueuePage.path)/\(change.id)" }

  func page(_ request: DashboardRequest) -> DashboardPage {
    DashboardPage(
      "Change \(change.id)",
      """
      \(QueuePage.held(hold, at: request.now))<section id="facts"><h2>\(change.kind.words) of \(QueuePage.resource(change))</h2>
      \(facts(request.now))</section>
      \(said)\(values)\(actions(request))
      """, status: refusal == nil ? 200 : 422)
  }

  private func facts(_ now: Int64) -> HTML {
    var facts: [(String, HTML)] = [
      ("State", "\(change.state.words)"), ("By", Pieces.foreign(change.author.words)),
      ("Recorded", ShownTime.relative(change.recorded, at: now)), ("Next try", QueuePage.next(change, hold, at: now)),
    ]
    if change.attempts > 0 { facts.append(("Attempts that failed", "\(change.attempts)")) }
    if let error = change.error { facts.append(("Last failure", Pieces.foreign(error))) }
    if let other = change.apartOf {
      facts.append(("Set apart of", "<a href=\"\(QueuePage.path)/\(other)\">change \(other)</a>"))
    }
    if let upload = change.upload {
      facts.append(("File", Pieces.foreign(upload.file.filename)))
      facts.append(("Bytes", "\(upload.file.bytes)"))
      facts.append(("For", Pieces.foreign("\(upload.field) of \(upload.hostType)")))
    }
    return Pieces.facts(facts)
  }

  private var said: HTML {
    guard let document = change.errorDocument else { return "" }
    let whole = Pieces.details(
      "The site's whole answer", Pieces.verbatim((try? JSON(parsing: document)).map(ReadableJSON.text) ?? document))
    return "<section id=\"said\"><h2>The site's words</h2>\n\(SiteWords(document).html)\(whole)</section>\n"
  }

  private var values: HTML {
    guard !change.members.isEmpty else { return "" }
    let compared = change.members.map { ComparedValues($0.name, $0.group, [$0.base, $0.local]) }
    let rows = zip(change.members, compared).map { member, compared in [Pieces.foreign(member.name)] + compared.cells }
    let columns = ["Field", "Was", "Becomes"].map { DashboardTable.Column($0) }
    let table = DashboardTable("What it sets, field by field", columns, rows)
    return "<section id=\"values\"><h2>Values</h2>\n\(table.html)\(ComparedValues.note(compared))</section>\n"
  }

  private func actions(_ request: DashboardRequest) -> HTML {
    guard change.state.isUnsettled else { return "" }
    if let conflict {
      return """
        <section id="decide"><h2>It waits for a decision</h2>
        <p><a href="\(ConflictPage.path)/\(conflict)">Decide conflict \(conflict)</a></p></section>

        """
    }
    let retry = change.state == .conflict ? "" : request.form("\(path)/retry", Pieces.button("Try it at once"))
    return """
      \(edit(request))<section id="drop"><h2>Other ways</h2>
      \(retry)\(Pieces.details("Drop it", drop(request)))</section>

      """
  }

  private func drop(_ request: DashboardRequest) -> HTML {
    let along: HTML = change.isCreation ? " What waits behind it goes with it." : ""
    let form = request.form(
      "\(path)/drop",
      "\(Pieces.hidden("version", "\(change.version)"))\(Pieces.button("Drop it for good", isRisky: true))")
    return "<p>The change is given up, and the local copy shows the resource without it.\(along)</p>\n\(form)"
  }

  private func edit(_ request: DashboardRequest) -> HTML {
    guard change.state == .rejected, change.kind == .create || change.kind == .update else { return "" }
    let text = typed ?? ReadableJSON.text(change.document)
    guard EditedDocument.fits(text) else {
      return """
        <section id="edit"><h2>Edit it</h2>
        <p>It is too long for a form of this page: whoever made the change can make it anew, or it is dropped.</p></section>

        """
    }
    let hidden = change.members.contains { FieldValue.isSecret($0.name) }
    let secrets: HTML = hidden ? " Passwords are not shown, and stay as they are." : ""
    let form = request.form(
      "\(path)/edit",
      """
      \(Pieces.hidden("version", "\(change.version)"))\(EditedDocument.area("What it sets, as JSON", text))
      \(Pieces.button("Send it with these values"))
      """)
    return """
      <section id="edit"><h2>Edit it</h2>
      \(Pieces.refusal(refusal))<p>What is left out is not set any more.\(secrets)</p>
      \(form)</section>

      """
  }
}

/// A document that people edit in a form.
enum EditedDocument {
  /// Whether a text comes back whole: a form writes most signs of JSON as three, and what is longer than a body may be is refused.
  static func fits(_ text: String) -> Bool {
    var left = AdminRequest.mostBodyBytes - 1_024
    for byte in text.utf8 {
      left -= FormBytes.isLiteral(byte) ? 1 : byte == UInt8(ascii: "\n") ? 6 : 3
      if left < 0 { return false }
    }
    return true
  }

  /// The field.
  static func area(_ label: String, _ text: String) -> HTML {
    // The first line break behind the tag is not part of the text (HTML, 13.1.2.5).
    "<label>\(label)<textarea name=\"document\" spellcheck=\"false\" rows=\"16\" required>\n\(text)</textarea></label>"
  }

  private enum FormBytes {
    /// Letters, digits, spaces and the signs that a form writes as they are (WHATWG URL, 5.2).
    static func isLiteral(_ byte: UInt8) -> Bool {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
      default: " *-._".utf8.contains(byte)
      }
    }
  }
}
