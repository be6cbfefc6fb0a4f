import JSONAPI

extension SampleSite {
  /// `POST /jsonapi/{entity type}/{bundle}/{field}`: a file for a resource that does not exist yet (reference 5.7).
  func upload(_ number: Int, _ field: String, _ reader: Reader) throws(SiteError) -> SiteResponse {
    let type = reader.community.types[number]
    let id = try store(reader, for: try UploadField(field, of: type), isAttached: false)
    let renewed = renewed(reader)
    guard let fresh = renewed.community.find(id) else { throw SiteError(500, "The file vanished.") }
    let link = renewed.url(of: fresh.row, renewed.community.types[fresh.type])
    let body = try renewed.document([(fresh.type, fresh.row)], isList: false, links: [("self", link)])
    return SiteResponse(201, [("content-type", SiteResponse.mediaType)], body: body)
  }

  /// `POST …/{uuid}/{field}`: a file for a resource that exists; it replaces the one of a to-one field and is added to a
  /// to-many one. The resource counts as edited.
  func upload(_ number: Int, _ row: Row, _ field: String, _ reader: Reader) throws(SiteError) -> SiteResponse {
    let type = reader.community.types[number]
    let id = try store(reader, for: try UploadField(field, of: type), isAttached: true)
    let now = self.now
    let isList = type.toMany.contains(field)
    withCommunity { community in
      let old = community.document(row).relationships?[field]?["data"]?.array ?? []
      let item = community.attachment(["type": "file--file", "id": .string(id)], field: field)
      try? community.patch(
        row.uuid.text, at: now, attributes: [], relationships: [(field, isList ? .array(old + [item]) : item)])
    }
    let renewed = renewed(reader)
    guard let fresh = renewed.community.find(row.uuid) else { throw SiteError(404, "The entity was deleted.") }
    let body = try renewed.document(
      renewed.targets(fresh.row, field), isList: isList, links: [("self", renewed.requestURL)])
    return renewed.success(body)
  }

  /// Checks name and extension, stores the bytes and returns the UUID of the new file.
  private func store(
    _ reader: Reader, for field: UploadField, isAttached: Bool
  ) throws(SiteError) -> String {
    var name = try fileName(reader.request)
    let ending = name.split(separator: ".").last.map { $0.lowercased() } ?? ""
    guard name.contains("."), let mime = field.mimeTypes[ending] else {
      throw SiteError(
        422,
        "Unprocessable Entity: file validation failed.\nOnly files with the following extensions are allowed: "
          + field.endings.joined(separator: " ") + ".")
    }
    let now = self.now
    let folder = field.folder(now)
    let owner = reader.viewer.id ?? reader.community.account
    let outcome = withCommunity { community -> Result<String, CommunityError> in
      let stem = String(name.dropLast(ending.count + 1))
      var number = 0
      while community.file(at: folder + name) != nil {
        name = "\(stem)_\(number).\(ending)"
        number += 1
      }
      let value = folder + name
      do throws(CommunityError) {
        let id = try community.create(
          "file--file", at: now,
          attributes: [
            ("filename", .string(name)), ("uri", ["value": .string(value), "url": .string(field.url(value))]),
            ("filemime", .string(mime)), ("filesize", .integer(reader.request.body.count)),
            ("status", .bool(isAttached)),
          ], relationships: [("uid", ["type": "user--user", "id": .string(owner)])])
        if let uuid = EntityUUID(id) { community.uploads[uuid] = reader.request.body }
        return .success(id)
      } catch { return .failure(error) }
    }
    do { return try outcome.get() } catch { throw SiteError(500, error.description) }
  }

  /// The name in `Content-Disposition`, without a path (reference 5.7).
  private func fileName(_ request: SiteRequest) throws(SiteError) -> String {
    let hint = "A file name in the format \"filename=FILENAME\" must be provided."
    guard let header = request.headers["content-disposition"], !header.isEmpty else {
      throw SiteError(400, "\"Content-Disposition\" header is required. \(hint)")
    }
    for mark in header.ranges(of: "filename") where !header[..<mark.lowerBound].hasWordAtEnd {
      var rest = header[mark.upperBound...]
      let isExtended = rest.hasPrefix("*")
      if isExtended { rest.removeFirst() }
      guard rest.hasPrefix("=\""), let end = rest.lastIndex(of: "\"") else { continue }
      let start = rest.index(rest.startIndex, offsetBy: 2)
      guard end > start else { continue }
      let name = rest[start..<end]
      if isExtended {
        throw SiteError(
          400, "The extended \"filename*\" format is currently not supported in the \"Content-Disposition\" header.")
      }
      return String(name.split(separator: "/").last ?? name)
    }
    throw SiteError(400, "No filename found in \"Content-Disposition\" header. \(hint)")
  }
}

/// A field that takes files: where they go and which ones.
struct UploadField: Sendable {
  let name: String
  let isImage: Bool

  init(_ name: String, of type: ResourceType) throws(SiteError) {
    guard type.kinds[name] != nil || type.relationshipNames.contains(name) else {
      throw SiteError(404, "Field \"\(name)\" does not exist.")
    }
    guard type.isFileField(name) else {
      throw SiteError(500, "The file \"\(name)\" is not a file field could not be accessed")
    }
    self.name = name
    isImage = name.hasSuffix("_image") || name == "user_picture"
  }

  var endings: [String] {
    isImage ? ["png", "gif", "jpg", "jpeg"] : ["txt", "doc", "docx", "xls", "xlsx", "pdf", "ppt", "pptx", "csv"]
  }

  var mimeTypes: [String: String] {
    var types: [String: String] = [:]
    let known = ["txt": "text/plain", "csv": "text/csv", "pdf": "application/pdf", "jpg": "image/jpeg"]
    for ending in endings {
      types[ending] = known[ending] ?? (isImage ? "image/\(ending)" : "application/octet-stream")
    }
    return types
  }

  /// Such as `secret://2026-11/`: images get signed URLs, other files are private (reference 12).
  func folder(_ now: Int64) -> String {
    let month = SiteTime.text(now).prefix(7)
    if name == "field_post_image" { return "secret://post/" }
    return (isImage ? "secret://" : "private://") + month + "/"
  }

  /// What `uri.url` is; signed ones are made anew for every read.
  func url(_ value: String) -> String {
    isImage ? "" : "/system/files/" + BracketParameters.encoded(String(value.dropFirst("private://".count)))
  }
}

extension ResourceType {
  /// Whether a relationship takes files.
  func isFileField(_ name: String) -> Bool {
    targets[name]?.contains("file--file") ?? (name.hasSuffix("_files") || name.hasSuffix("_image"))
  }
}

extension Community {
  /// The identifier of a file with what the field keeps about it: alternative text and size, or a description
  /// (reference 2.7). What the client gave is kept, but for ids.
  func attachment(_ item: JSON, field: String) -> JSON {
    guard let id = item["id"]?.string, let (number, row) = find(id), types[number].entityType == "file",
      var object = item.object
    else { return item }
    let given = item["meta"]
    var meta = JSONObject()
    if field.hasSuffix("_files") {
      meta["display"] = given?["display"] ?? .null
      meta["description"] = given?["description"] ?? .null
    } else {
      let size = sizeOfPNG(fileContent(row))
      meta["alt"] = given?["alt"] ?? .null
      meta["title"] = given?["title"] ?? .null
      meta["width"] = given?["width"] ?? size.map { .integer($0.width) } ?? .null
      meta["height"] = given?["height"] ?? size.map { .integer($0.height) } ?? .null
    }
    meta["drupal_internal__target_id"] = .integer(row.id)
    object["meta"] = .object(meta)
    return .object(object)
  }
}

extension Substring {
  /// Whether a word goes on behind it.
  fileprivate var hasWordAtEnd: Bool { last.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false }
}
