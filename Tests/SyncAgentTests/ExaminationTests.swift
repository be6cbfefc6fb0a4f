import Foundation
import Testing
import Upstream

@testable import SyncAgent

/// What an examination makes of single answers of the site and of this machine.
@Suite struct ExaminationTests {
  private static let date = HTTPField("Date", "Thu, 01 Jan 2026 00:00:00 GMT")
  private static let time: Int64 = 1_767_225_600

  @Test func cachesAreTold() {
    func kept(_ fields: HTTPField..., first: Int64? = nil, passed: Int64 = 2) -> KeptAnswer {
      KeptAnswer(InboundResponse(status: 200, fields: fields), after: first, passed: passed)
    }
    #expect(kept(Self.date, first: Self.time - 2) == .fresh)
    #expect(kept(Self.date) == .fresh && kept(first: Self.time) == .fresh)
    #expect(kept(HTTPField("Age", "0"), HTTPField("X-Cache", "MISS")) == .fresh)
    #expect(kept(HTTPField("Age", "12")) == .inFront(sign: "Age: 12", ageSeconds: 12))
    #expect(kept(HTTPField("X-Cache", "Hit from cloudfront")) == .inFront(sign: "X-Cache: HIT", ageSeconds: nil))
    #expect(kept(HTTPField("X-Drupal-Dynamic-Cache", "HIT"), Self.date, first: Self.time) == .bySite)
    // A cache that hides itself repeats the date.
    guard case .inFront = kept(Self.date, first: Self.time) else {
      Issue.record("the same date twice")
      return
    }
    #expect(kept(Self.date, first: Self.time, passed: 1) == .fresh)
  }

  @Test func whetherWritesAreOpenIsTold() {
    func writes(_ kind: SiteError.Kind, _ status: Int, _ detail: String? = nil) -> SiteEvidence.Writes {
      SiteEvidence.Writes(SiteError(kind, status: status, detail: detail))
    }
    #expect(writes(.badRequest, 415) == .open && writes(.notFound, 404) == .open && writes(.forbidden, 403) == .open)
    guard case .readOnly = writes(.badRequest, 405, "JSON:API is configured to accept only read operations."),
      case .unclear = writes(.badRequest, 405, "Method Not Allowed"), case .unclear = writes(.unavailable, 503),
      case .intercepted = writes(.html, 403)
    else {
      Issue.record("a refusal is taken for another")
      return
    }
  }

  @Test func failuresKeepTheirKind() {
    let expired = TransportError(.certificate, "certificate has expired", url: "https://a.example")
    #expect(SiteFailure(expired).kind == .expiredCertificate)
    #expect(SiteFailure(TransportError(.certificate, "unknown", url: "https://a.example")).kind == .certificate)
    func kind(_ words: String) -> SiteFailure.Kind {
      SiteFailure(TransportError(.certificate, words, url: "https://a.example")).kind
    }
    #expect(kind("SSL certificate problem: certificate is not yet valid") == .expiredCertificate)
    #expect(kind("SSL: no alternative certificate subject name matches target host name 'a'") == .foreignCertificate)
    func unavailable(_ status: Int) -> SiteFailure.Kind {
      SiteFailure(SignInError.unavailable(status: status, retryAfter: nil, hint: nil)).kind
    }
    #expect(unavailable(429) == .throttled && unavailable(500) == .tokenFault && unavailable(503) == .unavailable)
    #expect(SiteFailure(SignInError.unintelligible(status: 404, mediaType: "text/html")).kind == .noTokenRoute)
    #expect(SiteFailure(SignInError.wrongClient(hint: nil)).kind == .wrongClient)
    let grant = SiteFailure(SignInError.unsupportedGrant(grant: "password", hint: nil))
    #expect(grant.kind == .grantNotAllowed && grant.grant == "password")
    let held = SiteFailure(SignInError.heldBack(reason: "wrong", until: 0, note: "/a/token.refused"))
    #expect(held.kind == .heldBack && held.note == "/a/token.refused")
    #expect(SiteFailure(SignInError.httpBasic(realm: "Staging")).kind == .httpBasic)
    #expect(SiteFailure(SyncFault.anonymous).kind == .anonymous)
    #expect(SiteFailure(UntrustworthyPage.restless).kind == .brokenAnswer)
  }

  @Test func reasonsAreToldOnceAndWithoutWhatAllHave() {
    let usual = "The current user is not allowed to GET the selected resource."
    func item(_ number: Int, _ detail: String) -> String {
      #""item--\#(number)":{"href":"/x","meta":{"rel":"item","detail":"\#(detail)"}}"#
    }
    let items = [
      item(1, usual), item(2, "\(usual) It is closed."), item(3, "\(usual) It is closed."), item(4, "Another reason."),
    ]
    let document =
      #"{"data":[],"meta":{"omitted":{"links":{"help":{"href":"/h"},"# + items.joined(separator: ",") + "}}}}"
    #expect(TypeExamination.reasons(Array(document.utf8)) == ["It is closed.", "Another reason."])
    #expect(TypeExamination.reasons(Array("no JSON".utf8)).isEmpty)
  }

  /// `/dev/full` takes bytes as a full disk does (full(4)).
  @Test(.enabled(if: FileManager.default.isWritableFile(atPath: "/dev/full"))) func aFullDiskIsToldByWritingToIt() {
    let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
    defer { close(full) }
    guard case .failed(let reason, isFull: true) = DiskTrial(writingTo: full) else {
      Issue.record("a full disk takes a megabyte")
      return
    }
    #expect(!reason.isEmpty)
  }

  @Test func aTrialLeavesNothingBehind() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "trial-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    guard case .done = DiskTrial(inFolder: folder) else {
      Issue.record("\(folder) takes no megabyte")
      return
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    guard case .failed(_, isFull: false) = DiskTrial(inFolder: folder + "/none") else {
      Issue.record("a folder that is not there takes a megabyte")
      return
    }
  }

  @Test func aMachineIsLookedAtWhereNothingIsYet() {
    let folder = FileManager.default.temporaryDirectory.path
    let evidence = MachineExamination(
      mirrorPath: folder + "/none-\(UUID().uuidString)/mirror.sqlite", filesPath: folder, secrets: ["/none"],
      configuration: nil, ports: [(key: "localAPI", host: "127.0.0.1", number: 0)]
    ).run()
    #expect(evidence.places.map(\.role) == [.folder] && evidence.disks.count == 1, "\(evidence)")
    #expect(evidence.disks.first?.keys == ["mirror.path", "mirror.filesPath"])
    #expect(evidence.ports.map(\.state) == [.free] && evidence.lockHolder == nil)
  }
}
