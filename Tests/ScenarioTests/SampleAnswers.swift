import Foundation
import JSONAPI
import SampleSite
import Synchronization

/// An answer of a sample site without the types of either side.
struct PlainAnswer: Sendable {
  var status: Int
  var fields: [(name: String, value: String)]
  var body: [UInt8]
  var isCut: Bool
}

/// Scheme and host of the sample site in these tests.
let siteBase = "https://community.example.org"

extension SampleSite {
  /// Asks without a socket.
  func answer(_ method: String, _ target: String, headers: [String: String], body: [UInt8] = []) -> PlainAnswer {
    let response = respond(to: SiteRequest(method, target, headers: headers, body: body, base: siteBase))
    return PlainAnswer(
      status: response.status, fields: response.headers, body: response.body,
      isCut: response.cutAfter != nil || response.isLost)
  }

  /// All that the account sees of some types, by `type/id`, read the slow way: page by page, without a filter.
  func truth(_ types: [String]) throws -> [String: JSON] {
    let form =
      "grant_type=password&username=demo&password=demo-password&client_id=demo-client&client_secret=demo-secret"
    let signIn = answer(
      "POST", "/oauth/token", headers: ["content-type": "application/x-www-form-urlencoded"], body: Array(form.utf8))
    let token = try JSON(parsing: signIn.body)["access_token"]?.string ?? ""
    var found: [String: JSON] = [:]
    for type in types {
      var next: String? = "/jsonapi/" + type.replacing("--", with: "/")
      while let target = next {
        let page = try JSON(
          parsing: answer("GET", target, headers: ["authorization": "Bearer \(token)", "sample-site-judge": "yes"]).body
        )
        for resource in page["data"]?.array ?? [] { found["\(type)/\(resource["id"]?.string ?? "")"] = resource }
        next = page["links"]?["next"]?["href"]?.string.map { String($0.dropFirst(siteBase.count)) }
      }
    }
    return found
  }
}

/// A site on the recorded community with a clock that stands still unless a test moves it.
func quietSite(changing change: (inout SampleSiteSettings) -> Void = { _ in }) throws -> SampleSite {
  var settings = SampleSiteSettings()
  settings.clock = { 1_750_000_000 }
  change(&settings)
  return SampleSite(settings, community: try recorded.get())
}

private let recorded = Result { try Community() }

/// Decides as a seed says: SplitMix64.
struct Dice: Sendable {
  var state: UInt64

  init(seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  mutating func roll(_ sides: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ (mixed >> 31)) % UInt64(max(1, sides)))
  }
}

/// Counts from 1.
final class Counter: Sendable {
  private let count = Mutex(0)

  /// The next number.
  func next() -> Int {
    count.withLock { count in
      count += 1
      return count
    }
  }
}
