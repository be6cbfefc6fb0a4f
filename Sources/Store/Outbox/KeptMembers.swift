import JSONAPI

extension OutboxWriter {
  /// What the site shows of one resource, with the members that it had and lacks now. One answer alone, to a push, says nothing about
  /// members: an account that has lost a role gets documents without them. What the type as a whole has lost a pull finds out,
  /// which asks before it blanks (`sync.maxRemovalShare`).
  func keeping(_ copy: SiteCopy, of resource: Int64, type: String) throws -> SiteCopy {
    guard let before = try copies.copy(of: resource)?.newest else { return copy }
    let known = try form.json(before, type: type)
    var object = copy.json.object ?? JSONObject()
    var isWhole = true
    for part in ["attributes", "relationships"] {
      guard let had = known[part]?.object else { continue }
      var now = object[part]?.object ?? JSONObject()
      for member in had.members where now[member.name] == nil {
        now[member.name] = member.value
        isWhole = false
      }
      object[part] = .object(now)
    }
    if isWhole { return copy }
    var kept = copy
    kept.json = .object(object)
    kept.scanned = try form.scan(kept.json)
    return kept
  }
}
