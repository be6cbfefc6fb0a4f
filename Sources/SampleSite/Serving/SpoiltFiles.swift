/// What some sites do with the contents of files.
extension Reader {
  /// The answer with what habits make of a content.
  func spoilt(_ response: SiteResponse, of row: Row) -> SiteResponse {
    var response = response
    if habits.contains(.lostFiles), row.id % 5 == 1 { return .html(404, "Page not found") }
    if habits.contains(.emptyFiles), row.id % 5 == 2, [200, 206].contains(response.status) {
      response.status = 200
      response.headers.removeAll { $0.name == "content-range" }
      response.body = []
      return response
    }
    let isText = response.header("content-type")?.hasPrefix("text/") == true
    if habits.contains(.compressedFiles), isText, [200, 206].contains(response.status),
      let packed = FileHabits.packed(content(of: row), asGzip: row.id % 2 == 0)
    {
      response.status = 200
      response.headers.removeAll { ["content-range", "etag", "accept-ranges"].contains($0.name) }
      response.headers.append(("content-encoding", row.id % 2 == 0 ? "gzip" : "deflate"))
      response.body = packed
    }
    return response
  }

  /// The content, another one of the same length from the second time on under `replacedFiles`. The time of the file
  /// stays.
  func content(of row: Row) -> [UInt8] {
    let bytes = community.fileContent(row)
    guard habits.contains(.replacedFiles), row.id % 3 == 0, let replaced, replaced.isAgain(row.uuid) else {
      return bytes
    }
    return bytes.map { $0 ^ 0x01 }
  }
}
