import JSONAPI
import OpenSocial
import Store
import Upstream

/// Looks for a file that an upload may have made: the site chooses UUID and name, so its size, its name and its place behind
/// the newest file of before tell.
struct UploadSearch {
  /// The path of the files' collection.
  let path: String
  /// What files call their serial number, percent-encoded.
  let serial: String

  private static let limit = 50

  /// Where a page begins.
  struct Place: Sendable, Hashable {
    /// The serial number behind which it begins.
    var after: Int64
    /// How many files behind that are passed over.
    var offset = 0
  }

  /// The newest file; where that one is hidden from the account, a page of those before it.
  /// - Parameter offset: how many are passed over.
  func newest(skipping offset: Int = 0) -> SiteRequest {
    let limit = offset == 0 ? 1 : UploadSearch.limit
    return SiteRequest(path: path, query: "sort=-\(serial)&\(UploadSearch.window(limit, offset))")
  }

  /// How many files to pass over next, where all that were seen are hidden.
  /// - Parameter rows: how many the last page stood for.
  static func offset(after offset: Int, rows: Int) -> Int { offset + max(1, rows) }

  /// A page of files, the oldest first.
  func page(at place: Place) -> SiteRequest {
    let condition = "filter%5Bix%5D%5Bcondition%5D"
    return SiteRequest(
      path: path,
      query: "\(condition)%5Bpath%5D=\(serial)&\(condition)%5Boperator%5D=%3E"
        + "&\(condition)%5Bvalue%5D=\(place.after)&sort=\(serial)"
        + "&\(UploadSearch.window(UploadSearch.limit, place.offset))")
  }

  private static func window(_ limit: Int, _ offset: Int) -> String {
    "page%5Blimit%5D=\(limit)" + (offset > 0 ? "&page%5Boffset%5D=\(offset)" : "")
  }

  /// Where the page after one begins; nil where that was the last. It goes by the last file that was seen, for others may come
  /// and go meanwhile. A page of which all is hidden has none, and is passed over.
  /// - Parameter rows: how many the page stood for, where none of them is seen.
  static func place(after place: Place, _ serials: [Int64], hasNext: Bool, rows: Int = limit) -> Place? {
    guard hasNext else { return nil }
    guard let last = serials.max(), last > place.after else {
      return Place(after: place.after, offset: place.offset + max(1, rows))
    }
    return Place(after: last)
  }

  /// Whether a file can be what an upload made: of its size, under its name or that with a number (reference 5.7).
  static func isPossible(_ file: JSON, for upload: Upload) -> Bool {
    guard file["attributes"]?["filesize"]?.integer == upload.file.bytes,
      let name = file["attributes"]?["filename"]?.string
    else { return false }
    let uri = file["attributes"]?["uri"]?["value"]?.string ?? ""
    return [name, uri.split(separator: "/").last.map(String.init) ?? ""].contains { isSame($0, upload.file.filename) }
  }

  private static func isSame(_ name: String, _ wanted: String) -> Bool {
    if name == wanted { return true }
    let (stem, ending) = parts(name)
    let (wantedStem, wantedEnding) = parts(wanted)
    guard ending == wantedEnding, stem.hasPrefix("\(wantedStem)_") else { return false }
    return stem.dropFirst(wantedStem.count + 1).allSatisfy { $0.isASCII && $0.isNumber }
  }

  private static func parts(_ name: String) -> (stem: String, ending: String) {
    guard let dot = name.lastIndex(of: ".") else { return (name, "") }
    return (String(name[..<dot]), String(name[dot...]))
  }
}

extension PushAttempt {
  private var serial: String {
    PercentCoding.encoded(
      scanner.serials.attribute(of: change.type) ?? SerialNumbers.attribute(ofEntityType: "file") ?? "")
  }

  /// The file that an earlier attempt has made; nil when none behind the newest of before can be it.
  func made(_ upload: Upload, _ report: inout PushReport) async throws -> SiteCopy? {
    let search = UploadSearch(path: path, serial: serial)
    var place: UploadSearch.Place? = UploadSearch.Place(after: upload.highestID ?? 0)
    while let here = place {
      let (copies, hasNext, next) = try await files(search.page(at: here), &report)
      for copy in copies where UploadSearch.isPossible(try json(copy), for: upload) {
        if try !outbox.isUploaded(copy.scanned.uuid) { return copy }
      }
      place = UploadSearch.place(
        after: here, copies.compactMap(\.scanned.internalID), hasNext: hasNext,
        rows: next.map { $0 - here.offset } ?? 1)
    }
    return nil
  }

  /// The highest serial number of a file that the account sees; 0 when it sees none.
  func newestFile(_ report: inout PushReport) async throws -> Int64 {
    let search = UploadSearch(path: path, serial: serial)
    var offset = 0
    while true {
      let (copies, hasNext, next) = try await files(search.newest(skipping: offset), &report)
      if let serial = copies.first?.scanned.internalID { return serial }
      guard hasNext else { return 0 }
      offset = UploadSearch.offset(after: offset, rows: next.map { $0 - offset } ?? 1)
    }
  }

  /// A page of files, whether more follow, and at which offset the site says that they do.
  private func files(
    _ request: SiteRequest, _ report: inout PushReport
  ) async throws -> (copies: [SiteCopy], hasNext: Bool, next: Int?) {
    let response = try await send(request.pastCaches(push.site.freshNumber()), &report)
    let copies = try page(response)
    let next = try? JSON(parsing: response.body)["links"]?["next"]
    let link = next?.string ?? next?["href"]?.string
    return (copies, next.map { !$0.isNull } ?? false, link.flatMap { NextLink.offset(in: $0) })
  }
}
