import JSONAPI

/// Finds the serial number and `changed` of a type whose resources have neither under its usual name (jsonapi_extras renames
/// attributes), as a decision only: by the site's description, by names that say it, and by values that can be nothing else. What may
/// be several things is none: such a type is mirrored by sweeps alone.
package struct AttributeSearch {
  /// A resource as far as it is looked at.
  private struct Row {
    var attributes: JSONObject
    var revision: Int64?
  }
  private let rows: [Row]
  private let entityType: String
  private let described: AttributeNames?

  /// - Parameters:
  ///   - page: resources of one type; those of which only the label is shown tell nothing.
  ///   - described: what the site's description calls them: taken where the values can be such.
  package init(_ page: [ScannedResource], entityType: String, described: AttributeNames? = nil) {
    rows = page.filter { !$0.isLabelOnly }.compactMap { resource in
      guard let attributes = (try? JSON(parsing: resource.document))?["attributes"]?.object else { return nil }
      return Row(attributes: attributes, revision: resource.revision)
    }
    self.entityType = entityType
    self.described = described
  }

  /// What is called otherwise than usual; nil for what is not found, or is called as usual.
  package var names: AttributeNames {
    guard let first = rows.first else { return AttributeNames() }
    var names = AttributeNames()
    let all = first.attributes.names
    if !all.contains(FieldDescription.changed) { names.changed = changed(among: all) }
    if !all.contains(where: isUsualSerial) { names.serial = serial(among: all) }
    return names
  }

  // MARK: The serial number

  private static let serials = ["nid", "cid", "fid", "tid", "uid", "profile_id", "id"]
  private static let usualSerials = Set(serials.map { SerialNumbers.prefix + $0 })

  /// Whether an attribute is called as serial numbers are. Where nobody knows the entity type, `SerialNumberProof` decides between
  /// those that may be it.
  private func isUsualSerial(_ name: String) -> Bool {
    AttributeSearch.usualSerials.contains(name)
      || SerialNumbers.attribute(ofEntityType: entityType) == nil && FieldDescription(name).isNumber
        && !FieldDescription(name).isRevisionNumber
  }

  private static let noSerials: Set<String> = ["revision", "vid", "weight", "count", "size", "filesize", "delta"]
  private static let ofEntityType = [
    "node": "nid", "comment": "cid", "file": "fid", "taxonomy_term": "tid", "user": "uid", "profile": "profile_id",
  ]

  /// An attribute that is a different whole number above zero in every row, and not the revision's.
  private func serial(among names: [String]) -> String? {
    if let name = described?.serial, isNumbering(name) { return name }
    let candidates = names.filter { name in
      guard AttributeSearch.noSerials.isDisjoint(with: AttributeSearch.words(name)),
        !FieldDescription(name).isConfigured
      else {
        return false
      }
      return isNumbering(name)
    }
    let known = [AttributeSearch.ofEntityType[entityType] ?? "id"]
    if let exact = candidates.first(where: { known.contains($0) }) { return exact }
    if let exact = candidates.first(where: { AttributeSearch.serials.contains($0) }) { return exact }
    let speaking = candidates.filter { name in
      let words = AttributeSearch.words(name)
      return words.contains("id") || words.contains("number") || words.contains("serial") || words.contains("nr")
    }
    if speaking.count == 1 { return speaking[0] }
    // The number that links name is the revision's: where it is always the same as the resource's own, names alone tell.
    let others = candidates.filter { name in
      !rows.contains { $0.revision != nil } || rows.contains { $0.attributes[name]?.integer != $0.revision }
    }
    return others.count == 1 ? others[0] : nil
  }

  private func isNumbering(_ name: String) -> Bool {
    let values = rows.map { $0.attributes[name]?.integer ?? -1 }
    // The anonymous user is number 0.
    return values.allSatisfy { $0 > 0 || entityType == "user" && $0 == 0 } && Set(values).count == values.count
  }

  // MARK: The time of the last change

  private static let saying = ["chang", "updat", "modif", "edit"]
  private static let others: Set<String> = [
    "created", "revision_timestamp", "revision_created", "access", "login", "publish_on", "unpublish_on",
  ]

  /// A time with an offset in every row that is called like one of a change, or is the latest there is in all of them.
  private func changed(among names: [String]) -> String? {
    if let name = described?.changed, rows.allSatisfy({ time($0, name) != nil }) { return name }
    let times = names.filter { name in
      !AttributeSearch.others.contains(name) && !FieldDescription(name).isConfigured
        && !name.lowercased().contains("revision")
        && rows.allSatisfy { time($0, name) != nil }
    }
    let speaking = times.filter { name in AttributeSearch.saying.contains { name.lowercased().contains($0) } }
    if speaking.count == 1 { return speaking[0] }
    let candidates = speaking.isEmpty ? times : speaking
    // Nothing is changed before it is made: where there are several, the one that is never before another, and once behind.
    let all = candidates + names.filter { $0 == "created" }
    let latest = candidates.filter { name in
      rows.allSatisfy { row in all.allSatisfy { time(row, $0) ?? .min <= time(row, name) ?? .min } }
        && (all.count > 1
          ? rows.contains { row in all.allSatisfy { $0 == name || time(row, $0) ?? .min < time(row, name) ?? .min } }
          : false)
    }
    return latest.count == 1 ? latest[0] : nil
  }

  private func time(_ row: Row, _ name: String) -> Int64? {
    guard let text = row.attributes[name]?.string, text.utf8.count >= 20 else { return nil }
    return RFC3339.unixSeconds(text)
  }

  /// The words of a name: `commentNumber`, `comment_number`.
  private static func words(_ name: String) -> [String] {
    var words: [String] = []
    var word = ""
    for character in name {
      if character.isLetter || character.isNumber {
        if character.isUppercase, !word.isEmpty {
          words.append(word)
          word = ""
        }
        word.append(contentsOf: character.lowercased())
      } else if !word.isEmpty {
        words.append(word)
        word = ""
      }
    }
    return word.isEmpty ? words : words + [word]
  }
}
