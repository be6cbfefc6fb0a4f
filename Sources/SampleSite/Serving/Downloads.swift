import Foundation
import JSONAPI

extension Reader {
  /// `GET` of a file's `uri.url`: the web server's own for public files, Drupal's for private and signed ones.
  func download(_ file: FileAddress) -> SiteResponse {
    guard request.method == "GET" || request.method == "HEAD" else {
      return .html(405, "Method not allowed", [("allow", "GET, HEAD")])
    }
    // Names outside ASCII and with spaces are asked for percent-encoded.
    guard let row = community.file(at: file.uri) ?? community.file(at: file.uri.removingPercentEncoding ?? "") else {
      return .html(404, "Page not found")
    }
    let body = community.recorded(row)
    // A file that was put in the place of another is newer, whatever the site's own row says.
    let isAgain = habits.contains(.replacedFiles) && row.id % 3 == 0 && replaced?.isAgain(row.uuid) == true
    let saved = body.attributes["changed"]?.string.flatMap(SiteTime.seconds) ?? row.changed
    let time = isAgain ? saved + 60 : saved
    let mime = body.attributes["filemime"]?.string ?? "application/octet-stream"
    var headers = [("last-modified", SiteTime.httpDate(time))]
    switch file {
    case .public:
      headers.append(("content-type", mime))
      headers.append(("etag", "\"\(String(time, radix: 16))-\(String(community.fileContent(row).count, radix: 16))\""))
      // The web server names it for whole answers alone.
      if request.headers["range"] == nil { headers.append(("accept-ranges", "bytes")) }
    case .private, .signed:
      if case .signed(_, let expires) = file {
        guard expires > community.reading.now else { return .html(403, "Access denied") }
      } else if viewer == .anonymous {
        // To the login page, as the recorded site does for whoever is not signed in.
        let page = request.base + "/user/login?destination=" + BracketParameters.encoded(request.path)
        return SiteResponse(
          307, [("content-type", "text/html; charset=utf-8"), ("location", page)],
          body: Array("<!DOCTYPE html><title>Redirecting to \(page)</title>".utf8))
      } else if viewer.sight(of: row, fileType, in: community) != .whole {
        return .html(403, "Access denied")
      }
      headers.append(("content-type", mime.hasPrefix("text/") ? mime + "; charset=UTF-8" : mime))
      headers += [("cache-control", "private"), ("accept-ranges", "bytes")]
    }
    if let known = request.headers["if-none-match"], let tag = headers.first(where: { $0.0 == "etag" })?.1,
      known == tag
    {
      return spoilt(SiteResponse(304, headers), of: row)
    }
    let response = spoilt(ranged(content(of: row), headers), of: row)
    if response.status == 200, request.method == "GET" { replaced?.note(row.uuid) }
    return response
  }

  private var fileType: ResourceType {
    community.types.first { $0.entityType == "file" } ?? community.types[0]
  }

  /// RFC 9110, 14: one range of bytes; anything else is answered whole, a range beyond the end with 416.
  private func ranged(_ bytes: [UInt8], _ headers: [(name: String, value: String)]) -> SiteResponse {
    guard let header = request.headers["range"], header.hasPrefix("bytes="), !header.contains(",") else {
      return SiteResponse(200, headers, body: bytes)
    }
    let parts = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return SiteResponse(200, headers, body: bytes) }
    let span: Range<Int>
    switch (Int(parts[0]), Int(parts[1])) {
    case (let first?, let last?) where first <= last: span = first..<min(bytes.count, last + 1)
    case (let first?, nil) where parts[1].isEmpty: span = first..<max(first, bytes.count)
    case (nil, let count?) where parts[0].isEmpty: span = max(0, bytes.count - count)..<bytes.count
    default: return SiteResponse(200, headers, body: bytes)
    }
    guard span.lowerBound < bytes.count, !span.isEmpty else {
      return SiteResponse(416, headers + [("content-range", "bytes */\(bytes.count)")])
    }
    let place = "bytes \(span.lowerBound)-\(span.upperBound - 1)/\(bytes.count)"
    return SiteResponse(206, headers + [("content-range", place)], body: Array(bytes[span]))
  }
}

/// Where a file is fetched from, by the forms that `uri.url` has (reference 2.6, 12).
enum FileAddress: Sendable, Equatable {
  case `public`(String)
  case `private`(String)
  /// A signed URL works without a token until `expires`, in Unix seconds.
  case signed(String, expires: Int64)

  /// The `uri.value` of the file.
  var uri: String {
    switch self {
    case .public(let path): "public://" + path
    case .private(let path): "private://" + path
    case .signed(let path, _): "secret://" + path
    }
  }

  init?(_ path: String) {
    if let rest = path.after("/sites/default/files/") {
      self = .public(rest)
    } else if let rest = path.after("/system/files/") {
      self = .private(rest)
    } else if let rest = path.after("/system/file/") {
      let parts = rest.split(separator: "/", maxSplits: 2)
      guard parts.count == 3, parts[0].count == 43, let expires = Int64(parts[1]) else { return nil }
      self = .signed(String(parts[2]), expires: expires)
    } else {
      return nil
    }
  }
}

extension String {
  fileprivate func after(_ prefix: String) -> String? {
    hasPrefix(prefix) && count > prefix.count ? String(dropFirst(prefix.count)) : nil
  }
}
