import Coding
import Store

/// One conflict: the versions beside each other, and how to decide.
struct ConflictPage: Sendable {
  static let path = "/conflicts"

  let conflict: OutboxConflict
  /// Its change as it is by now; nil where it is gone, or cannot be read.
  let change: OutboxChange?
  /// What somebody typed that was not taken.
  var typed: String?
  /// Why it was not.
  var refusal: String?

  private var own: String { "\(ConflictPage.path)/\(conflict.id)" }

  func page(_ request: DashboardRequest) -> DashboardPage {
    DashboardPage(
      "Conflict \(conflict.id)",
      """
      <section id="facts"><h2>\(conflict.kind.title)</h2>
      \(facts(request.now))</section>
      \(comparison)\(decision(request))\(whole)
      """, status: refusal == nil ? 200 : 422)
  }

  private func facts(_ now: Int64) -> HTML {
    var facts: [(String, HTML)] = [
      ("Resource", Pieces.foreign("\(conflict.type) \(conflict.uuid)")),
      ("Changed by", Pieces.foreign(conflict.author.words)), ("Noticed", ShownTime.relative(conflict.noticed, at: now)),
      ("Change", "<a href=\"\(QueuePage.path)/\(conflict.change)\">\(conflict.change)</a>"),
    ]
    if let decision = conflict.decision {
      facts.append(("Decision", "\(Pieces.foreign(decision)), \(ShownTime.relative(conflict.decided, at: now))"))
    }
    return Pieces.facts(facts)
  }

  private var comparison: HTML {
    guard !conflict.fields.isEmpty else { return "" }
    let compared = conflict.fields.map { ComparedValues($0.name, $0.group, [$0.base, $0.site, $0.local]) }
    let rows = zip(conflict.fields, compared).map { field, compared in [Pieces.foreign(field.name)] + compared.cells }
    let columns = ["Field", "Base: last agreed on", "Site", "Local"].map { DashboardTable.Column($0) }
    let table = DashboardTable("What stands against each other, differing words marked", columns, rows)
    return "<section id=\"fields\"><h2>Side by side</h2>\n\(table.html)\(ComparedValues.note(compared))</section>\n"
  }

  private func decision(_ request: DashboardRequest) -> HTML {
    guard conflict.decision == nil else { return "" }
    guard let change else {
      return "<section id=\"decide\"><p>Its change cannot be read: nothing can be decided here.</p></section>\n"
    }
    let version = Pieces.hidden("version", "\(change.version)")
    return """
      <section id="decide"><h2>Decide</h2>
      \(Pieces.refusal(refusal))<div class="pair">
      <div><p>\(conflict.kind.withSite)</p>
      \(request.form("\(own)/site", "\(version)\(Pieces.button("Take the site's"))"))</div>
      <div><p>\(conflict.kind.withLocal)</p>
      \(request.form("\(own)/local", "\(version)\(Pieces.button("Take the local one"))"))</div>
      </div>
      \(Pieces.details("Take an edited document", edit(request, version, change), isOpen: typed != nil))</section>

      """
  }

  private func edit(_ request: DashboardRequest, _ version: HTML, _ change: OutboxChange) -> HTML {
    let text = typed ?? ReadableJSON.text(proposal(change))
    guard EditedDocument.fits(text) else {
      return """
        <p>It is too long for a form of this page. On the machine:
        <code>social-mirror conflicts resolve \(conflict.id) --take FILE</code></p>

        """
    }
    let form = request.form(
      "\(own)/document",
      """
      \(version)\(EditedDocument.area("What the site is to have, as JSON", text))
      \(Pieces.button("Take this document"))
      """)
    return "<p>Fields that it leaves out stay as the site has them.</p>\n\(form)"
  }

  /// What somebody begins from: the values that the change sets, or where it stands against all of a resource, that resource.
  private func proposal(_ change: OutboxChange) -> JSON {
    switch conflict.kind {
    case .fields: change.document
    case .deletedOnSite, .exists: conflict.local.map(ConflictPage.values) ?? change.document
    case .changedOnSite: conflict.site.map(ConflictPage.values) ?? change.document
    }
  }

  /// A resource without links.
  private static func values(_ resource: JSON) -> JSON {
    var object = JSONObject()
    for name in ["type", "id", "attributes"] { object[name] = resource[name] }
    let relationships = (resource["relationships"]?.object?.members ?? []).compactMap { member in
      member.value["data"].map { (member.name, JSON.object(JSONObject([("data", $0)]))) }
    }
    if !relationships.isEmpty { object["relationships"] = .object(JSONObject(relationships)) }
    return .object(object)
  }

  private var whole: HTML {
    let versions: [(String, JSON?)] = [
      ("Base: last agreed on", conflict.base), ("Site", conflict.site), ("Local", conflict.local),
    ]
    let all = HTML(
      versions.map { name, version -> HTML in
        let text = version.map { Pieces.verbatim(ReadableJSON.text($0)) } ?? "<p>There is none.</p>\n"
        return Pieces.details(name, text)
      })
    return "<section id=\"whole\"><h2>The whole resource</h2>\n\(all)</section>\n"
  }
}
