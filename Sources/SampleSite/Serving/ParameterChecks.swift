import JSONAPI

extension Reader {
  /// What the site checks of the query of every JSON:API request (reference 3.1).
  func checkParameters() throws(SiteError) {
    let bad = parameters.entries.map(\.name).filter { !Reader.isAllowed($0) }
    if !bad.isEmpty, parameters["_format"] == nil {
      let names = bad.map { "'\($0)'" }.joined(separator: ", ")
      var error = SiteError(400, "The following query parameters violate the JSON:API spec: \(names).")
      error.info = "http://jsonapi.org/format/#query-parameters"
      error.headers = [("link", "http://jsonapi.org/format/#query-parameters")]
      throw error
    }
    if ["api_json", "", "0"].contains(parameters["_format"]?.text) {
      let clean = request.base + request.path
      var error = SiteError(
        400, "JSON:API does not need that ugly '_format' query string! 🤘 Use the URL provided in 'links' 🙏")
      error.info = clean
      error.headers = [("link", clean)]
      throw error
    }
  }

  private static func isAllowed(_ name: String) -> Bool {
    if ["filter", "sort", "page", "fields", "include"].contains(name) { return true }
    let inner = name.unicodeScalars
    guard let first = inner.first, let last = inner.last, isGlobal(first), isGlobal(last) else { return false }
    return inner.allSatisfy { isGlobal($0) || $0 == "-" || $0 == "_" || $0 == " " }
      && !inner.allSatisfy { ("a"..."z").contains($0) }
  }

  private static func isGlobal(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value >= 0x80 || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
      || ("0"..."9").contains(scalar)
  }

  /// `resourceVersion` (reference 1.5). This site keeps the newest revision alone.
  /// - Parameter row: nil for a collection.
  func checkVersion(_ type: ResourceType, of row: Row?) throws(SiteError) {
    let isCollection = row == nil
    guard let version = parameters["resourceVersion"]?.text else { return }
    if type.revisionAttribute == nil {
      throw SiteError(501, "Resource versioning is not yet supported for this resource type.")
    }
    let parts = version.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].count > 1, !parts[1].isEmpty else {
      throw SiteError(400, "A resource version identifier was provided in an invalid format: `\(version)`")
    }
    let isRelative = version == "rel:latest-version" || version == "rel:working-copy"
    if isCollection, !isRelative {
      throw SiteError(
        400,
        "Collection resources only support the following resource version identifiers: rel:latest-version, "
          + "rel:working-copy")
    }
    if isCollection, version == "rel:working-copy", parameters["filter"] != nil {
      throw SiteError(
        501,
        "JSON:API does not support filtering on revisions other than the latest version because a secure Drupal core API "
          + "does not yet exist to do so.")
    }
    guard isRelative || parts[0] == "id" && Int64(parts[1]) != nil else {
      throw SiteError(400, "An invalid resource version identifier, `\(version)`, was provided.")
    }
    if let row, !isRelative, Int64(parts[1]) != row.revision {
      throw SiteError(404, "The requested version, identified by `\(version)`, could not be found.")
    }
  }
}
