import JSONAPI
import Store
import Upstream

/// Reads one type from its cursor to its end and hands every page to the writer.
struct TypePuller {
  let site: Site
  let queue: PageQueue
  let run: Int64
  let type: String
  let path: String
  /// The site's clock at the start of the round, Unix seconds.
  let siteTime: Int64
  let horizon: Int64
  let report: @Sendable (SyncEvent) -> Void
  var scanner: PageScanner
  /// Whether the unfiltered collection showed a resource.
  var isAnythingThere = false

  /// Reads the type. Failures are in the report, but for cancellation and the writer's.
  mutating func pull(_ known: MirroredType?) async throws -> TypeReport {
    var part = TypeReport(type: type)
    do {
      try await pull(known, &part)
    } catch let error where TypePuller.isOfThisType(error) {
      part.failure = error
    }
    return part
  }

  private mutating func pull(_ known: MirroredType?, _ part: inout TypeReport) async throws {
    var idAttribute = known?.idAttribute
    let cursor = known?.cursor ?? .start
    if idAttribute == nil || known?.cursor == nil {
      idAttribute = try await probe(&part) ?? idAttribute
    }
    guard let idAttribute else {
      // Nothing of the type is there yet: known to be empty at this time.
      try await submit([], cursor: Cursor(changed: 0, internalID: 0, knownUntil: siteTime), &part)
      return
    }
    let start = PullKey(changed: cursor.changed, internalID: cursor.internalID)
    var keyset = KeysetPull(type: type, from: start, horizon: horizon)
    while !keyset.isComplete {
      let page = try await read(
        QueryParameters.keyset(
          after: (keyset.key.changed, keyset.key.internalID), idAttribute: idAttribute, upTo: nil),
        offset: keyset.offset, &part)
      try keyset.accept(page)
      if keyset.isComplete, keyset.key == .start, isAnythingThere { throw SyncFault.filterRefused(type: type) }
      let settled = keyset.settled
      try await submit(
        page.resources,
        cursor: Cursor(
          changed: settled.changed, internalID: settled.internalID,
          knownUntil: keyset.isComplete ? siteTime : cursor.knownUntil),
        omitted: page.omitted.count, &part)
    }
  }

  /// One unfiltered request before the first pull: is anything there, and which attribute is the serial number?
  private mutating func probe(_ part: inout TypeReport) async throws -> String? {
    let usual = SerialNumber.attribute(of: type)
    let newest = usual.map { [SortKey($0, descending: true)] } ?? []
    let page = try await read(QueryParameters.unfiltered(sort: newest, offset: 0, limit: 1), offset: 0, &part)
    isAnythingThere = !page.resources.isEmpty
    guard let resource = page.resources.first, let attribute = resource.idAttribute else {
      // Hidden is not empty: the pull goes on and looks behind what is hidden.
      return page.hasNext || !page.omitted.isEmpty ? usual : nil
    }
    if let highest = resource.internalID { report(.estimated(type: type, highestID: highest)) }
    return attribute
  }

  private mutating func read(
    _ parameters: QueryParameters, offset: Int, _ part: inout TypeReport
  ) async throws -> ScannedPage {
    var parameters = parameters
    if offset > 0 { parameters.page = PageParameter(offset: offset, limit: parameters.page.limit) }
    var scanner = self.scanner
    defer { self.scanner = scanner }
    var requests = 0
    defer { part.requests += requests }
    return try await site.ask(
      SiteRequest(path: path, query: parameters.queryString), asked: { requests += 1 },
      { response in try scanner.page(SiteAnswer.document(of: response)) })
  }

  private func submit(
    _ resources: [ScannedResource], cursor: Cursor, omitted: Int = 0, _ part: inout TypeReport
  ) async throws {
    part.pages += 1
    part.seen += resources.count
    part.omitted += omitted
    try await queue.submit(
      PageApplication(type: type, resources: resources, omitted: omitted, cursor: cursor, run: run))
  }

  /// Whether a failure concerns this type alone, so that the others go on.
  private static func isOfThisType(_ error: any Error) -> Bool {
    switch error {
    case let error as SiteError: error.kind != .unauthorized
    case is UntrustworthyPage, is SyncFault: true
    default: false
    }
  }
}

/// The attribute with the serial number, by entity type (reference 6.1). Only a hint for the first request to a type: what the
/// resources then show decides.
enum SerialNumber {
  private static let attributes = [
    "comment": "cid", "event_enrollment": "id", "file": "fid", "group": "id", "group_content": "id", "node": "nid",
    "post": "id", "profile": "profile_id", "taxonomy_term": "tid", "user": "uid",
  ]

  static func attribute(of type: String) -> String? {
    attributes[String(type.prefix { $0 != "-" })].map { "drupal_internal__\($0)" }
  }
}
