import JSONAPI
import SampleSite
import Testing

/// The queries that a mirror lives on (reference 6.5 to 6.7).
@Suite struct KeysetTests {
  static let site = Result { try SampleSite() }

  /// The query of reference 6.5.
  static func keyset(_ type: ResourceType, after changed: Int64, _ id: Int64, upTo high: Int64?, limit: Int) -> String {
    func condition(_ name: String, _ path: String, _ comparison: String, _ value: Int64, _ group: String?) -> String {
      "filter[\(name)][condition][path]=\(path)&filter[\(name)][condition][operator]=\(comparison)"
        + "&filter[\(name)][condition][value]=\(value)"
        + (group.map { "&filter[\(name)][condition][memberOf]=\($0)" } ?? "")
    }
    var query = type.path + "?filter[or][group][conjunction]=OR&" + condition("gt", "changed", "%3E", changed, "or")
    query += "&filter[tie][group][conjunction]=AND&filter[tie][group][memberOf]=or&"
    query += condition("eq", "changed", "%3D", changed, "tie") + "&"
    query += condition("ix", type.idAttribute, "%3E", id, "tie")
    if let high { query += "&" + condition("hi", "changed", "%3C%3D", high, nil) }
    return query + "&sort=changed,\(type.idAttribute)&page[limit]=\(limit)"
  }

  static func key(_ resource: JSON, _ type: ResourceType) -> (Int64, Int64) {
    (
      resource["attributes"]?["changed"]?.string.flatMap(SiteTime.seconds) ?? 0,
      resource["attributes"]?[type.idAttribute]?.integer ?? 0
    )
  }

  /// Walks by keys alone and gives the ids in the order seen.
  static func walk(_ caller: Caller, _ type: ResourceType, limit: Int, high: Int64? = nil) throws -> [String] {
    var (changed, id): (Int64, Int64) = (0, 0)
    var seen: [String] = []
    while true {
      let page = try caller.get(keyset(type, after: changed, id, upTo: high, limit: limit))
      seen += page.ids
      guard page["links"]?["next"] != nil, let last = page["data"]?.array?.last else { return seen }
      (changed, id) = key(last, type)
    }
  }

  @Test(arguments: ["node--topic", "comment--comment", "user--user", "taxonomy_term--interests"], [7, 50])
  func walkFindsEveryRowOnce(name: String, limit: Int) throws {
    let caller = try Caller(Self.site.get())
    let type = try #require(try Community().types.first { $0.name == name })
    let seen = try Self.walk(caller, type, limit: limit)
    #expect(Set(seen).count == seen.count)
    // A filter never shows the anonymous user.
    let all = try caller.pages(type.path).flatMap(\.ids).filter { $0 != "c433c4e3-24d7-5d6a-9ca8-3458bf4a5317" }
    #expect(Set(seen) == Set(all))
  }

  @Test func walkStopsAtTheHighMark() throws {
    let caller = try Caller(Self.site.get())
    let type = try #require(try Community().types.first { $0.name == "node--topic" })
    let topics = try caller.pages(type.path).flatMap { $0["data"]?.array ?? [] }
    let times = topics.map { Self.key($0, type).0 }.sorted()
    let high = times[times.count / 2]
    #expect(try Self.walk(caller, type, limit: 10, high: high).count == times.count { $0 <= high })
  }

  /// The index gives what a scan gives: a sort that begins with a constant column goes the long way.
  @Test(arguments: [
    "filter[a][condition][path]=changed&filter[a][condition][operator]=%3E&filter[a][condition][value]=1704790000",
    "filter[a][condition][path]=changed&filter[a][condition][operator]=%3C&filter[a][condition][value]=1704790000",
    "filter[a][condition][path]=drupal_internal__nid&filter[a][condition][operator]=%3E%3D&filter[a][condition][value]=60",
    "filter[changed]=1704790000", "filter[drupal_internal__nid]=61", "filter[status]=0",
    "filter[g][group][conjunction]=OR&filter[a][condition][path]=drupal_internal__nid&filter[a][condition][value]=3"
      + "&filter[a][condition][memberOf]=g&filter[b][condition][path]=changed&filter[b][condition][operator]=%3C"
      + "&filter[b][condition][value]=1704780000&filter[b][condition][memberOf]=g",
  ])
  func indexAgreesWithScan(filter: String) throws {
    let caller = try Caller(Self.site.get())
    for order in ["changed,drupal_internal__nid", "-changed,-drupal_internal__nid", "drupal_internal__nid"] {
      let indexed = try caller.pages("/jsonapi/node/topic?\(filter)&sort=\(order)").flatMap(\.ids)
      let scanned = try caller.pages("/jsonapi/node/topic?\(filter)&sort=langcode,\(order)").flatMap(\.ids)
      #expect(indexed == scanned, "\(order)")
    }
  }

  /// 75 topics share one second: without a tie-break their order differs between requests, and paging loses rows.
  @Test func equalKeysComeInADifferentOrderEachTime() throws {
    let caller = try Caller(Self.site.get())
    let seen = try caller.pages("/jsonapi/node/topic?sort=changed&page[limit]=50").flatMap(\.ids)
    #expect(seen.count == 130)
    #expect(Set(seen).count < 130)
  }

  @Test func deepOffsetAnswersWithoutNext() throws {
    let page = try Caller(Self.site.get()).get(
      "/jsonapi/node/topic?sort=-changed,-drupal_internal__nid&page[offset]=120")
    #expect(page.ids.count == 10)
    #expect(page["links"]?["next"] == nil)
  }
}
