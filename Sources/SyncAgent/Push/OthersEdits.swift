import JSONAPI
import OpenSocial
import Store

/// What others edited of a resource on the site since it was last agreed on. Pure: two versions of the resource, and which targets
/// are gone, decide. What the site computes or derives is nobody's edit (reference 2.5, 6.2, 12).
package struct OthersEdits: Sendable, Hashable {
  /// What differs, with the value last agreed on and the site's; there is no local one. `changed` is the last where it has moved.
  package private(set) var fields: [ConflictField] = []

  /// Whether nobody edited it.
  package var isEmpty: Bool { fields.isEmpty }

  /// Compares two versions.
  /// - Parameters:
  ///   - site: the site's resource object.
  ///   - base: as it was last agreed on; nil where the site never had it: then nobody edited it.
  ///   - own: members of a change of ours that has arrived since, which may have moved `changed`; nil where there was none: then
  ///     `changed` tells as well, and within one second the members alone do.
  ///   - changedName: what the type calls the time of the last change.
  ///   - entityType: where the type belongs.
  ///   - gone: targets that are gone, by `FieldValue.key`: what they leave behind is no edit.
  package init(
    _ site: JSON, since base: JSON?, by own: [ChangedMember]? = nil,
    changed changedName: String = FieldDescription.changed,
    entityType: String = "", gone: Set<String> = []
  ) {
    guard let base else { return }
    for group in [ChangedMember.Group.attributes, .relationships] {
      for member in site[group.rawValue]?.object?.members ?? [] {
        let name = member.name
        if name == changedName || OthersEdits.isComputed(member, in: group, of: entityType) { continue }
        if own?.contains(where: { $0.group == group && $0.name == name }) ?? false { continue }
        let one = ChangedMember(group, name, base: nil, local: .null)
        let (now, before) = (one.value(in: site), one.value(in: base))
        let isSame =
          group == .attributes
          // A field that the type was given since has no value yet.
          ? FieldValue.same(now, before) || now?.isNull == true && before == nil
          : OthersEdits.isSame(now, before, gone)
        if !isSame { fields.append(ConflictField(group, name, base: before, site: now, local: nil)) }
      }
    }
    let (now, before) = (site["attributes"]?[changedName], base["attributes"]?[changedName])
    if own == nil, !FieldValue.same(now, before) {
      fields.append(ConflictField(.attributes, changedName, base: before, site: now, local: nil))
    }
  }

  /// The targets that relationships named when the resource was last agreed on, and that the site no longer names there: which of
  /// them are gone is to be found out.
  package static func lost(_ site: JSON, since base: JSON?) -> [JSON] {
    var lost: [JSON] = []
    for member in site["relationships"]?.object?.members ?? [] {
      let before = base?["relationships"]?[member.name]?["data"].map { FieldValue.items($0) } ?? []
      if before.isEmpty { continue }
      let kept = Set((member.value["data"].map { FieldValue.items($0) } ?? []).map { FieldValue.key($0) })
      lost += before.filter { !kept.contains(FieldValue.key($0)) }
    }
    return lost
  }

  /// Whether two relationships name the same targets, but for those that are gone.
  private static func isSame(_ now: JSON?, _ before: JSON?, _ gone: Set<String>) -> Bool {
    let items = now.map { FieldValue.items($0) } ?? []
    if items.contains(where: { $0["id"] == "missing" }) { return true }
    func left(_ items: [JSON]) -> JSON { .array(items.filter { !gone.contains(FieldValue.key($0)) }) }
    return FieldValue.sameLinkage(left(items), left(before.map { FieldValue.items($0) } ?? []))
  }

  /// Whether a member moves without an edit: what no client sets, revisions, statistics, aliases, signed URLs, visits, what is
  /// derived from other resources, and relationships to what the site shows to nobody.
  private static func isComputed(
    _ member: JSONObject.Member, in group: ChangedMember.Group, of entityType: String
  ) -> Bool {
    let name = member.name
    if FieldDescription(name, of: entityType).movesByItself { return true }
    if member.value[FieldDescription.statistics] != nil { return true }
    guard group == .relationships, let links = member.value["links"]?.object else { return false }
    return links["self"] != nil && links["related"] == nil
  }
}
