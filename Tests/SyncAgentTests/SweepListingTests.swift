import Testing

@testable import JSONAPI
@testable import Store
@testable import SyncAgent

/// A listing that is cut into slices, over a collection in which a long stretch is hidden.
@Suite struct SweepListingTests {
  private static let type = "node--topic"

  private static func uuid(_ id: Int64) -> ResourceID { ResourceID(high: 1, low: UInt64(id)) }

  /// The rows with serial numbers 1 to 40; 11 to 30 are left out.
  private static func page(_ parameters: QueryParameters, after key: Int64) -> ScannedPage {
    let rows = Array(1...Int64(40)).filter { $0 > key }.dropFirst(parameters.page.offset)
    var page = ScannedPage()
    page.hasNext = rows.count > 4
    for id in rows.prefix(4) {
      if (11...30).contains(id) {
        page.omitted.append("https://h.example/jsonapi/node/topic/\(uuid(id))?resourceVersion=id%3A1")
      } else {
        page.resources.append(
          ScannedResource(
            type: type, uuid: uuid(id), changed: 1, internalID: id, idAttribute: "drupal_internal__nid", revision: nil,
            document: [], splices: [], linkage: [], isLabelOnly: false))
      }
    }
    return page
  }

  @Test(arguments: [SweepListing.Method.keyset, .offsets]) func everySliceGetsOn(method: SweepListing.Method) throws {
    var state = SweepState()
    var seen: Set<ResourceID> = []
    var slices = 0
    while !state.isListed, slices < 100 {
      slices += 1
      var listing = SweepListing(
        type: Self.type, idAttribute: "drupal_internal__nid", method: method, limit: 4, from: state)
      let page = Self.page(listing.parameters, after: method == .keyset ? max(state.lastID, 0) : 0)
      #expect(try listing.accept(page) != nil, "slice \(slices)")
      seen.formUnion(page.resources.map(\.uuid) + page.omittedUUIDs)
      state.lastID = listing.lastID
      state.offset = listing.offset
      state.marks = listing.marks
      state.isListed = listing.isComplete
    }
    #expect(state.isListed && state.lastID == 40)
    #expect(seen == Set((1...40).map(Self.uuid)))
  }

  /// What was passed over hidden was removed between two slices: the next one steps back to where it is known.
  @Test func aSliceThatDoesNotJoinStepsBack() throws {
    var state = SweepState()
    state.lastID = 10
    state.offset = 12
    state.marks = Set((11...14).map(Self.uuid))
    var listing = SweepListing(
      type: Self.type, idAttribute: "drupal_internal__nid", method: .offsets, limit: 4, from: state)
    var page = ScannedPage()
    page.omitted = ["https://h.example/jsonapi/node/topic/\(Self.uuid(25))"]
    page.hasNext = true
    #expect(try listing.accept(page) == nil)
    #expect(listing.offset == 8 && listing.marks == state.marks)
  }
}
