import Foundation
import JSONAPI
import SampleSite
import Support
import Synchronization
import Upstream

private struct PowerCut: Error {}

/// Hands requests to the world's site, and lets something happen before and after each.
final class WorldTransport: Transport {
  private let world: World
  private struct State {
    var requests = 0
    var isCut = false
    var isAccountKnown = false
    var met: [String: Int] = [:]
  }
  private let state = Mutex(State())

  init(_ world: World) { self.world = world }

  var requests: Int { state.withLock { $0.requests } }
  var isCut: Bool { state.withLock { $0.isCut } }
  /// What came over the line, as far as it is worth counting.
  var met: [String: Int] { state.withLock { $0.met } }
  /// Whether the mirror has noted its account.
  var isAccountKnown: Bool {
    get { state.withLock { $0.isAccountKnown } }
    set { state.withLock { $0.isAccountKnown = newValue } }
  }
  /// Counts what the engine made of it.
  func note(_ what: String, _ count: Int) { if count > 0 { state.withLock { $0.met[what, default: 0] += count } } }
  func cut() { state.withLock { $0.isCut = true } }
  func mend() { state.withLock { $0.isCut = false } }

  func send(_ request: OutboundRequest) async throws -> InboundResponse {
    await Task.yield()
    try Task.checkCancellation()
    if isCut { throw PowerCut() }
    state.withLock { $0.requests += 1 }
    world.step()
    let path = String(request.url.dropFirst(siteBase.count))
    if WorldTransport.isSingleResource(path) { world.meetSingleResource(at: path) }
    let headers = Dictionary(request.fields.map { ($0.name.lowercased(), $0.value) }) { first, _ in first }
    var answer = world.site.answer(request.method, path, headers: headers, body: request.body ?? [])
    if path == "/jsonapi", answer.status == 200, let lie = world.nextLie(isKnown: isAccountKnown) {
      answer.body = WorldTransport.distorted(answer.body, lie, world)
    }
    count(path, answer)
    Simulation.trace(WorldTransport.line(request, path, answer))
    world.step()
    await Task.yield()
    if isCut { throw PowerCut() }
    if answer.isCut { throw TransportError(.truncated, "cut", url: request.url) }
    return InboundResponse(
      status: answer.status, fields: answer.fields.map { HTTPField($0.name, $0.value) }, body: answer.body)
  }

  /// A request and its answer, for people who follow a history.
  private static func line(_ request: OutboundRequest, _ path: String, _ answer: PlainAnswer) -> String {
    var what = "\(answer.status), \(answer.body.count) bytes\(answer.isCut ? ", cut" : "")"
    if let document = try? JSON(parsing: answer.body) {
      let rows = document["data"]?.array?.count
      let omitted = document["meta"]?["omitted"]?["links"]?.object.map { $0.members.count - 1 } ?? 0
      if let rows { what += ", \(rows) rows\(serials(answer.body)), \(omitted) omitted" }
      if document["links"]?["next"] != nil { what += ", more" }
    }
    return "\(request.method) \(path.removingPercentEncoding ?? path): \(what)"
  }

  private static func serials(_ body: [UInt8]) -> String {
    let text = String(decoding: body, as: UTF8.self)
    let found = text.matches(of: /"drupal_internal__(?:nid|tid|fid|uid)":(\d+)/).map { String($0.1) }
    return found.isEmpty ? "" : " (\(found.joined(separator: " ")))"
  }

  private static func distorted(_ body: [UInt8], _ lie: World.Lie, _ world: World) -> [UInt8] {
    let text = String(decoding: body, as: UTF8.self)
    let changed =
      switch lie {
      case .nobody: text.replacing("\"me\":", with: "\"nobody\":")
      case .somebodyElse:
        text.replacing(world.site.outsideID(World.account), with: "b1111111-1111-4111-8111-111111111111")
      case .oneTypeLess: text.replacing("\"\(world.types[1])\":{\"href\":", with: "\"other\":{\"was\":")
      }
    return Array(changed.utf8)
  }

  /// `/jsonapi/ENTITY-TYPE/BUNDLE/ID`, whatever comes behind it.
  private static func isSingleResource(_ path: String) -> Bool {
    path.utf8.count { $0 == UInt8(ascii: "/") } == 4
  }

  private func count(_ path: String, _ answer: PlainAnswer) {
    func has(_ text: StaticString) -> Bool {
      let length = text.utf8CodeUnitCount
      return answer.body.withUnsafeBytes { body in
        guard let start = body.baseAddress, body.count >= length else { return false }
        return (0...(body.count - length)).contains { place in
          body[place + 1] == text.utf8Start[1] && memcmp(start + place, text.utf8Start, length) == 0
        }
      }
    }
    var what = ["answers: \(answer.status)"]
    if answer.isCut { what.append("answers: cut") }
    if path.contains("sort=-changed") { what.append("pages of walks") }
    if path.contains("filter%5Bgt") { what.append("pages of passes") }
    if path.contains("sort=drupal"), !path.contains("filter%5Bgt") { what.append("pages of sweeps") }
    if WorldTransport.isSingleResource(path), answer.status != 200 {
      what.append("single resources: \(answer.status)")
    }
    if answer.status == 200, has("\"data\":[],") {
      what.append(has("\"next\":") ? "pages without a visible row, more to come" : "empty pages")
    }
    if has("\"omitted\":") { what.append("pages with omitted rows") }
    state.withLock { state in for name in what { state.met[name, default: 0] += 1 } }
  }
}
