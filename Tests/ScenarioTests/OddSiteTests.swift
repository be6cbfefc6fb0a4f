import Foundation
import JSONAPI
import OpenSocial
import SampleSite
import Support
import Testing
import Upstream

@testable import Store
@testable import SyncAgent

/// Sites with ids that are no UUIDs, rows that no client can use, and attributes in any order: all else is mirrored, and what is not is
/// named.
@Suite struct OddSiteTests {
  private static func transport(_ site: SampleSite) -> InProcessTransport {
    InProcessTransport(site, before: { _, _ in }, after: { _, response in response })
  }

  private func round(
    _ site: SampleSite, _ mirror: Mirror, sweep: SyncSettings.Sweeping = .never, _ deciders: Deciders = .standard
  ) async throws
    -> SyncReport
  {
    var settings = SyncSettings(entityTypes: OddSiteTests.entityTypes, concurrency: 2, settleWindowSeconds: 5)
    settings.sweep = sweep
    return try await SyncRound(
      site: site.connection(Self.transport(site), MemoryTokenVault()), mirror: mirror, settings: settings,
      logger: silentLog, now: { site.now }, deciders: deciders
    ).run()
  }

  private func verify(_ site: SampleSite, _ mirror: Mirror) async throws -> VerificationReport {
    let settings = SyncSettings(entityTypes: OddSiteTests.entityTypes, concurrency: 2, settleWindowSeconds: 5)
    return try await Verification(
      site: site.connection(Self.transport(site), MemoryTokenVault()), mirror: mirror, settings: settings
    ).run()
  }

  /// Readers as other programs have them, each with one mistake: what is compared afterwards must notice every one.
  enum WrongReader: String, CaseIterable, Sendable {
    /// Takes UUIDs alone for ids.
    case onlyUUIDs
    /// Takes the first attribute of its kind for the serial number.
    case firstAttribute
    /// Takes what cannot be used for gone.
    case brokenIsGone

    var see: @Sendable (ScannedPage) -> ScannedPage {
      switch self {
      case .onlyUUIDs:
        return { page in
          var page = page
          page.resources.removeAll { !$0.uuid.isUUID }
          return page
        }
      case .firstAttribute:
        return { page in
          var page = page
          for index in page.resources.indices {
            let json = try? JSON(parsing: page.resources[index].document)
            let first = json?["attributes"]?.object?.members.first { $0.name.hasPrefix("drupal_internal__") }
            page.resources[index].internalID = first?.value.integer
          }
          return page
        }
      case .brokenIsGone:
        return { page in
          var page = page
          page.unusable = []
          return page
        }
      }
    }
  }

  @Test(arguments: [nil] + WrongReader.allCases.map { $0 as WrongReader? })
  func wrongReadersAreNoticed(reader: WrongReader?) async throws {
    let sound = try quietSite { $0.habits = [.oddIDs, .reorderedAttributes] }
    // What was edited has a revision number that is not its serial number.
    let now = sound.now
    try sound.withCommunity { community in
      for id in community.ids(of: "node--topic") {
        for title in ["Once", "Twice"] {
          try community.edit(id, at: now, attributes: [("title", .string(title))])
        }
      }
    }
    let file = try Bench(sound)
    var deciders = Deciders.standard
    if let reader { deciders.see = reader.see }
    var noticed = false
    let report = try await round(sound, file.mirror, sweep: .now, deciders)
    noticed = noticed || report.trouble != nil
    // Serial numbers that are not those of the documents.
    for (_, json) in try file.mirrored() {
      guard let id = json["id"]?.string.flatMap({ ResourceID($0) }), let type = json["type"]?.string,
        let name = SerialNumbers().attribute(of: type), let number = json["attributes"]?[name]?.integer
      else { continue }
      let stored = try file.mirror.sweeping.everything(of: type).first { $0.uuid == id }?.internalID
      noticed = noticed || stored != number
      if noticed { break }
    }
    let verified = try await verify(sound, file.mirror)
    noticed = noticed || !verified.differences.isEmpty || !verified.failures.isEmpty
    let held = try file.mirror.reading.count(of: "node--topic")
    let broken = try quietSite { $0.habits = [.oddIDs, .reorderedAttributes, .brokenRows] }
    let swept = try await round(broken, file.mirror, sweep: .now, deciders)
    noticed = noticed || swept.trouble != nil || swept.removed > 0
    if try file.mirror.reading.count(of: "node--topic") != held { noticed = true }
    if reader == .brokenIsGone {
      // Of this one the site's own answers decide: 404 alone removes, so that it only asks more.
      let right = try await round(broken, file.mirror, sweep: .now)
      if swept.requests > right.requests { noticed = true }
    }
    #expect(noticed == (reader != nil), "\(reader?.rawValue ?? "the right one")")
  }

  /// After a mirror was made the site calls its serial numbers and times otherwise, and later as before: types go on under the new
  /// names in the same round.
  @Test func attributesMayGetOtherNames() async throws {
    let file = try Bench(quietSite())
    _ = try await round(file.site, file.mirror, sweep: .whenDue)
    for (turn, habits) in [Set<Habit>([.renamedFields]), []].enumerated() {
      let site = try quietSite { $0.habits = habits }
      site.clockOffset += Double(1000 * (turn + 1))
      let (now, id) = (site.now, site.community.ids(of: "node--topic")[turn])
      try site.withCommunity { try $0.edit(id, at: now, attributes: [("title", .string("Turn \(turn)"))]) }
      let early = try await verify(site, file.mirror)
      #expect(early.failures.isEmpty && !early.differences.isEmpty, "\(turn): \(early.failures)")
      let report = try await round(site, file.mirror, sweep: .whenDue)
      #expect(report.trouble == nil && report.removed == 0 && !report.needsPerson, "\(turn): \(report.trouble ?? "")")
      let title = try file.mirrored()["node--topic/\(id)"]?["attributes"]?["title"]
      #expect(title == JSON.string("Turn \(turn)"))
      let swept = try await round(site, file.mirror, sweep: .now)
      #expect(swept.trouble == nil && swept.removed == 0 && !swept.needsPerson, "\(turn): \(swept.trouble ?? "")")
      #expect(try file.mirror.reading.oddities().isEmpty)
      let verified = try await verify(site, file.mirror)
      #expect(
        verified.failures.isEmpty && verified.differences.isEmpty,
        "\(turn): \(verified.failures) \(verified.differences.prefix(3))")
    }
    file.expectSound()
  }

  /// What is compared is listed by what is there.
  @Test func aLostSerialNumberIsNoReasonNotToCompare() async throws {
    let file = try Bench(quietSite())
    _ = try await round(file.site, file.mirror)
    let site = try quietSite { $0.habits = [.noSerialNumber] }
    let verified = try await verify(site, file.mirror)
    #expect(verified.failures.isEmpty, "\(verified.failures)")
    #expect(!verified.differences.isEmpty && verified.differences.allSatisfy { $0.kind == .different })
    #expect(verified.differences.allSatisfy { $0.type.hasPrefix("taxonomy_term") })
  }

  private static let entityTypes = ["node", "user", "comment", "taxonomy_term"]

  @Test(arguments: [
    [Habit.oddIDs], [.brokenRows], [.reorderedAttributes], [.oddIDs, .brokenRows, .reorderedAttributes],
  ])
  func isMirroredWhole(habits: [Habit]) async throws {
    let site = try quietSite { $0.habits = Set(habits) }
    let file = try Bench(site)
    let report = try await round(site, file.mirror, sweep: .now)
    #expect(report.trouble == nil && report.inserted > 500 && report.removed == 0)
    let aside = try file.mirror.reading.oddities()
    #expect(habits.contains(.brokenRows) == !aside.isEmpty && aside.allSatisfy { $0.kind == .row })
    let verified = try await verify(site, file.mirror)
    #expect(
      verified.failures.isEmpty && verified.differences.isEmpty,
      "\(verified.differences.prefix(3)) \(verified.failures)")
    #expect((verified.unusable > 0) == habits.contains(.brokenRows))
    let again = try await round(site, file.mirror, sweep: .now)
    #expect(again.trouble == nil && again.inserted == 0 && again.removed == 0)
    #expect(try file.mirror.reading.oddities().map(\.subject) == aside.map(\.subject))
    for result in try file.mirror.reporting.check() { #expect(result.violations == 0, "\(result)") }
    if habits.contains(.oddIDs) {
      let ids = try file.mirror.reading.identifiers(of: "node--topic")
      #expect(
        ids.contains { !$0.isUUID } && ids.contains { $0.isUUID } && ids.contains { $0.description.contains(" ") })
    }
  }

  /// What is stored before it breaks on the site stays, whatever a sweep sees.
  @Test func nothingThatBreaksIsRemoved() async throws {
    var site = try quietSite()
    let file = try Bench(site)
    _ = try await round(site, file.mirror, sweep: .now)
    let before = try file.mirror.reading.identifiers(of: "node--topic")
    site = try quietSite { $0.habits = [.brokenRows] }
    let report = try await round(site, file.mirror, sweep: .now)
    #expect(report.trouble == nil && report.removed == 0 && report.held.isEmpty)
    #expect(try file.mirror.reading.identifiers(of: "node--topic") == before)
    #expect(try !file.mirror.reading.oddities().isEmpty)
    // Mended, all of it is taken back.
    site = try quietSite()
    _ = try await round(site, file.mirror, sweep: .now)
    #expect(try file.mirror.reading.oddities().isEmpty)
  }

  /// One answer with a clock of another decade: the round goes on, it is named, and taken back once the clock is right; nothing is
  /// missed for it.
  @Test(arguments: ["Fri, 31 Dec 2099 23:59:59 GMT", "Sat, 01 Jan 2000 00:00:00 GMT"])
  func aDateOfAnotherDecadeIsNamed(date: String) async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    try await bench.round(after: { target, response in
      guard target.hasPrefix("/jsonapi") else { return response }
      var changed = response
      changed.fields.removeAll { $0.name.lowercased() == "date" }
      changed.fields.append(HTTPField("Date", date))
      return changed
    })
    let named = try bench.mirror.reading.oddities()
    #expect(named.map(\.subject) == ["the site's clock"] && named.first?.kind == .setting, "\(named)")
    try await bench.round()
    #expect(try bench.mirror.reading.oddities().isEmpty)
    try bench.expectEqual()
  }

  /// Relationships, files and deletions of such resources are written and arrive; attributes are refused as the site refuses them.
  @Test func oddIDsAreWrittenAndPushed() async throws {
    let site = try quietSite { $0.habits = [.oddIDs] }
    let file = try Bench(site)
    _ = try await round(site, file.mirror)
    let topics = try file.mirror.reading.identifiers(of: "node--topic").filter { !$0.isUUID }.sorted()
    let tags = try file.mirror.reading.identifiers(of: "taxonomy_term--social_tagging").sorted()
    let (topic, doomed) = try (#require(topics.first), #require(topics.dropFirst().first))
    let tag = try #require(tags.first { !$0.isUUID } ?? tags.first)
    let author = ChangeAuthor(consumer: "test", account: nil)
    func change(_ id: ResourceID, _ action: LocalChange.Action) -> LocalChange {
      LocalChange(type: "node--topic", uuid: id, action: action, author: author)
    }
    site.clockOffset += 10
    let wanted = ResourceIdentifier(type: "taxonomy_term--social_tagging", id: tag.description)
    _ = try file.mirror.recording.record(
      [change(topic, .replace("social_tagging", .many([wanted]))), change(doomed, .delete)], at: site.now)
    let push = PushRound(
      site: try site.connection(Self.transport(site), MemoryTokenVault()), mirror: file.mirror,
      policies: ConflictPolicies([:]), logger: silentLog,
      now: { site.now })
    _ = try await push.run(waits: false)
    #expect(try file.mirror.outbox.unsettledChanges().isEmpty)
    let verified = try await verify(site, file.mirror)
    let different = verified.differences.filter { $0.type == "node--topic" }
    #expect(different.isEmpty && verified.failures.isEmpty, "\(different)")
    #expect(try file.mirror.reading.document(of: doomed, type: "node--topic") == nil)
    let stored = try #require(try file.mirror.reading.document(of: topic, type: "node--topic"))
    #expect(String(decoding: stored, as: UTF8.self).contains(JSON.string(tag.description).text(.site)))
  }
}
