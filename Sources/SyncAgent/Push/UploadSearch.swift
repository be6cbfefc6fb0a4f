import JSONAPI
import Store
import Upstream

/// Looks for a file that an upload may have made: the site chooses UUID and name, so its size, its name and its place behind
/// the newest file of before tell.
struct UploadSearch {
  /// The path of the files' collection.
  let path: String

  private static let serial = "drupal_internal__fid"

  /// The newest file.
  var newest: SiteRequest { SiteRequest(path: path, query: "sort=-\(UploadSearch.serial)&page%5Blimit%5D=1") }

  /// The files behind a serial number.
  func requests(after id: Int64) -> [SiteRequest] {
    let condition = "filter%5Bix%5D%5Bcondition%5D"
    return [
      SiteRequest(
        path: path,
        query: "\(condition)%5Bpath%5D=\(UploadSearch.serial)&\(condition)%5Boperator%5D=%3E"
          + "&\(condition)%5Bvalue%5D=\(id)&sort=\(UploadSearch.serial)&page%5Blimit%5D=50")
    ]
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
