import JSONAPI
import SampleSite
import Store
import SyncAgent
import Testing
import Upstream

extension Bench {
  /// Compares the mirror with the site.
  fileprivate func verify(
    after: @escaping InProcessTransport.After = { _, response in response }
  ) async throws -> VerificationReport {
    try await verify(InProcessTransport(site, before: { _, _ in }, after: after))
  }

  fileprivate func verify(_ transport: InProcessTransport, base: String = siteBase) async throws -> VerificationReport {
    let connection = try site.connection(transport, MemoryTokenVault(), base: base)
    let settings = SyncSettings(entityTypes: entityTypes, concurrency: 1, settleWindowSeconds: 300)
    return try await Verification(site: connection, mirror: mirror, settings: settings).run()
  }
}

/// An answer whose `data` is another, where the target begins so.
private func changing(
  _ prefix: String, _ change: @escaping @Sendable (JSON) -> JSON
) -> InProcessTransport.After {
  { target, response in
    guard target.hasPrefix(prefix), var document = (try? JSON(parsing: response.body))?.object,
      let data = document["data"]
    else { return response }
    document["data"] = change(data)
    var changed = response
    changed.body = JSON.object(document).encoded(.site)
    return changed
  }
}

/// What the site shows of a resource that is closed to the account: its label.
private func label(_ resource: JSON) -> JSON {
  [
    "type": resource["type"] ?? .null, "id": resource["id"] ?? .null,
    "attributes": ["title": resource["attributes"]?["title"] ?? .null],
  ]
}

/// What `verify` notices.
@Suite struct VerificationTests {
  private func mirrored() async throws -> (bench: Bench, ids: [String]) {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let report = try await bench.verify()
    #expect(report.differences.isEmpty && report.failures.isEmpty && report.compared > 0)
    return (bench, bench.site.community.ids(of: "node--topic"))
  }

  /// A row whose id became unusable after it was stored is no difference: it is known by its serial number, and counted once although
  /// pages overlap.
  @Test(arguments: [0, 48, 49]) func anIdThatBecameUnusableIsNotTooMuch(place: Int) async throws {
    let (bench, ids) = try await mirrored()
    try #require(ids.count > 50)
    let id = JSON.string(ids[place])
    let report = try await bench.verify(
      after: changing("/jsonapi/node/topic?") { data in
        .array(
          (data.array ?? []).map { row in
            guard row["id"] == id, var members = row.object else { return row }
            members["id"] = .null
            return .object(members)
          })
      })
    #expect(report.differences.isEmpty, "\(report.differences)")
    #expect(report.unusable == 1)
  }

  /// What another site has says nothing of the mirror: it is asked who it is, and for nothing else.
  @Test func anotherSiteIsNotCompared() async throws {
    let (bench, _) = try await mirrored()
    let other = "https://other.example.org"
    let (here, there) = (#"https:\/\/community.example.org"#, #"https:\/\/other.example.org"#)
    let transport = InProcessTransport(bench.site, before: { _, _ in }) { _, response in
      var changed = response
      changed.body = Array(String(decoding: response.body, as: UTF8.self).replacing(here, with: there).utf8)
      return changed
    }
    let compared = await #expect(throws: SyncFault.self) { try await bench.verify(transport, base: other) }
    expectOtherSite(compared, other)
    // Nor is it said which types that one has not.
    let connection = try bench.site.connection(transport, MemoryTokenVault(), base: other)
    let asked = await #expect(throws: SyncFault.self) {
      try await NamedTypes.unknown(["webform_submission"], site: connection, reading: bench.mirror.reading)
    }
    expectOtherSite(asked, other)
    #expect(Set(transport.targets) == ["/jsonapi"])
  }

  private func expectOtherSite(_ fault: SyncFault?, _ other: String) {
    guard case .otherSite(let mirrored, let configured)? = fault else {
      Issue.record("not otherSite: \(String(describing: fault))")
      return
    }
    #expect(mirrored == siteBase && configured == other)
  }

  @Test func aTypeThatTheSiteNoLongerNamesIsTooMany() async throws {
    let (bench, _) = try await mirrored()
    let report = try await bench.verify(after: { target, response in
      guard target == "/jsonapi" else { return response }
      var changed = response
      let text = String(decoding: response.body, as: UTF8.self)
      changed.body = Array(text.replacing("\"node--event\":{\"href\":", with: "\"gone\":{\"was\":").utf8)
      return changed
    })
    let stored = try bench.mirror.reading.count(of: "node--event")
    #expect(stored > 0 && report.differences.count == stored)
    #expect(report.differences.allSatisfy { $0.type == "node--event" && $0.kind == .extra })
    #expect(report.types == 3)
  }

  /// It is not in the listing, but it answers: then what it answers counts.
  @Test func whatIsAskedForByItselfIsComparedToo() async throws {
    let (bench, ids) = try await mirrored()
    let id = ids[9]
    let withoutIt = changing("/jsonapi/node/topic?") { data in
      .array((data.array ?? []).filter { $0["id"]?.string != id })
    }
    #expect(try await bench.verify(after: withoutIt).differences.isEmpty)
    try bench.site.withCommunity { try $0.editSilently(id, attributes: [("title", "Edited")]) }
    let edited = try await bench.verify(after: withoutIt).differences
    #expect(edited.map { "\($0.kind) \($0.uuid)" } == ["different \(id)"])
    #expect(edited.first?.members.contains("attributes.title") == true)
    let onlyLabel = changing("/jsonapi/node/topic/\(id)", label)
    let closed = try await bench.verify(after: { onlyLabel($0, withoutIt($0, $1)) }).differences
    #expect(closed.map(\.description) == ["extra  node--topic  \(id)"])
  }

  /// It answers, but as one of another type: that is a difference of its own, and the rest of the type is compared.
  @Test func whatBecameOneOfAnotherTypeIsTooMany() async throws {
    let (bench, ids) = try await mirrored()
    try bench.site.withCommunity { community in
      try community.retype(ids[5], as: "node--page")
      try community.editSilently(ids[9], attributes: [("title", "Edited")])
    }
    let report = try await bench.verify()
    #expect(report.failures.isEmpty && report.uncompared.isEmpty)
    #expect(
      report.differences.map { "\($0.kind) \($0.type) \($0.uuid)" } == [
        "missing node--page \(ids[5])", "different node--topic \(ids[9])", "extra node--topic \(ids[5])",
      ])
    try await bench.round(configure: { $0.sweep = .now })
    #expect(try await bench.verify().differences.isEmpty)
  }

  /// An answer about another resource decides nothing of this one, and stops nothing.
  @Test func anAnswerAboutAnotherResourceIsNoComparison() async throws {
    let (bench, ids) = try await mirrored()
    let (id, other) = (ids[9], ids[10])
    let without = changing("/jsonapi/node/topic?") { data in
      .array((data.array ?? []).filter { $0["id"]?.string != id })
    }
    let swapped = changing("/jsonapi/node/topic/\(id)") { data in
      var object = data.object ?? JSONObject()
      object["id"] = .string(other)
      return .object(object)
    }
    let report = try await bench.verify(after: { swapped($0, without($0, $1)) })
    #expect(report.failures.isEmpty && report.differences.isEmpty)
    #expect(report.uncompared.map(\.subject) == [id])
  }

  /// Of what is kept although it is hidden the site may show the label; of what is not kept, the rest is too many.
  @Test func aLabelIsNoDifferenceOfWhatIsKept() async throws {
    let (bench, ids) = try await mirrored()
    let (kept, other) = (ids[5], ids[6])
    try bench.site.withCommunity { try $0.conceal(kept, .vanished) }
    try await bench.round(configure: { settings in
      settings.sweep = .now
      settings.onHidden = .keep
    })
    try bench.site.withCommunity { try $0.conceal(kept, .none) }
    let labels = changing("/jsonapi/node/topic?") { data in
      .array((data.array ?? []).map { [kept, other].contains($0["id"]?.string ?? "") ? label($0) : $0 })
    }
    let differences = try await bench.verify(after: labels).differences
    #expect(differences.map(\.description) == ["extra  node--topic  \(other)"])
  }
}
