import JSONAPI
import OpenSocial
import Store

/// The body of a POST or PATCH of a resource, checked in the site's order (reference 5.1 to 5.3, 5.5).
struct WriteDocument {
  /// The client's id; nil when it left it to the site.
  private(set) var id: ResourceID?
  /// What is to be set, without what has no effect.
  private(set) var object: ResourceObject

  /// - Parameter body: that of the request.
  /// - Throws: `ErrorResponse` as the site answers; errors of the mirror.
  init(_ body: WriteBody, about subject: WriteSubject, _ known: some KnownResources) throws {
    let data = try WriteDocument.data(body, subject)
    let givenID = data["id"]?.string
    if data["id"].map({ !$0.isNull }) ?? false {
      id = givenID.flatMap { ResourceID($0) }
      // Of a resource whose own id is none, too: no document can name it (reference 5.1).
      guard id?.isUUID == true else {
        throw subject.refusal(
          422, "IDs should be properly generated and formatted UUIDs as described in RFC 4122.")
      }
    }
    guard id == nil || subject.stored != nil || subject.takesID else {
      throw subject.refusal(
        403, "The current user is not allowed to give a new resource its id: the site gives it one.",
        pointer: "/data/id")
    }
    let attributes = try WriteDocument.members("attributes", of: data, subject)
    let relationships = try WriteDocument.members("relationships", of: data, subject)
    let misplaced = attributes.map(\.name).filter { subject.schema?.field($0)?.isRelationship ?? false }
    guard misplaced.isEmpty else {
      let names = misplaced.joined(separator: ", ")
      throw subject.refusal(422, "The following relationship fields were provided as attributes: [ \(names) ]")
    }
    object = ResourceObject(type: subject.type, id: id?.description)
    var values = AttributeValues(subject)
    try read(relationships, subject, known, &values)
    try read(attributes, subject, &values)
    if let uuid = subject.uuid, id != uuid {
      throw subject.refusal(
        400, "The selected entity (\(uuid)) does not match the ID in the payload (\(givenID ?? "")).")
    }
    try checkAccess(subject)
    try values.validate(object.attributes ?? JSONObject(), known)
  }

  /// The resource object of a body.
  private static func data(_ body: WriteBody, _ subject: WriteSubject) throws(ErrorResponse) -> JSON {
    guard !body.bytes.isEmpty else { throw subject.refusal(400, "Empty request body.") }
    guard let document = body.document else { throw subject.refusal(400, "Syntax error") }
    if let misplaced = document["relationships"], !misplaced.isEmpty {
      throw subject.refusal(
        400,
        "Found \"relationships\" within the document's top level. The \"relationships\" key must be within resource "
          + "object.")
    }
    guard let data = document["data"], data["type"]?.isNull == false else {
      throw subject.refusal(400, "Resource object must include a \"type\".")
    }
    return data
  }

  private static func members(
    _ name: String, of data: JSON, _ subject: WriteSubject
  ) throws(ErrorResponse) -> [JSONObject.Member] {
    guard let value = data[name], !value.isNull, value.array?.isEmpty != true else { return [] }
    guard let object = value.object else {
      throw subject.refusal(400, "The \"\(name)\" of a resource object must be an object.")
    }
    return object.members
  }

  private mutating func read(
    _ relationships: [JSONObject.Member], _ subject: WriteSubject, _ known: some KnownResources,
    _ values: inout AttributeValues
  ) throws {
    var kept = JSONObject()
    for member in relationships {
      guard let data = member.value["data"] else { continue }
      let field = subject.schema?.field(member.name)
      if let field, field.isInternal || !field.isRelationship { continue }
      guard try isTaken(member.name, field, subject) else { continue }
      let linkage = try RelationshipData(data, subject, known)
      // Nothing but the root of a taxonomy, which has no resource.
      if linkage.isVirtual { continue }
      let isList = field?.isList ?? (data.array != nil)
      for (delta, item) in linkage.items.enumerated() {
        if let field, !field.mayLead(to: item.type, subject.homes) { values.wrongTarget(item, at: delta, of: field) }
      }
      if field != nil, !isList, linkage.items.count > 1 { values.tooMany(member.name) }
      kept[member.name] =
        Relationship(
          data: isList
            ? .many(RelationshipEdit.numbered(linkage.items)) : linkage.items.first.map { .one($0) } ?? Linkage.none
        ).json
    }
    if !kept.isEmpty { object.relationships = kept }
  }

  private mutating func read(
    _ attributes: [JSONObject.Member], _ subject: WriteSubject, _ values: inout AttributeValues
  ) throws {
    var kept = JSONObject()
    for member in attributes where !FieldDescription(member.name).isIgnored {
      let field = subject.schema?.field(member.name)
      guard try isTaken(member.name, field, subject) else { continue }
      kept[member.name] = try field.map { try values.value(member.value, of: $0) } ?? member.value
    }
    if !kept.isEmpty { object.attributes = kept }
  }

  /// Names that the type does not have are ignored where a resource is made, refused where one is changed (reference 12; the
  /// site fails there). To know of a name that the type does not have is the site's; one that the author may not see is not handed on.
  /// - Returns: whether the member is handed on.
  private func isTaken(
    _ name: String, _ field: TypeSchema.Field?, _ subject: WriteSubject
  ) throws(ErrorResponse) -> Bool {
    let isHidden = subject.hides(name)
    guard isHidden || subject.schema != nil && !FieldDescription(name, of: subject.entityType).isNeverShown,
      subject.stored != nil, field == nil
    else { return !isHidden }
    throw subject.refusal(422, "The attribute \(name) does not exist on the \(subject.type) resource type.")
  }

  /// 403 for members that nobody sets, unless they are sent back as they are (reference 5.3).
  private mutating func checkAccess(_ subject: WriteSubject) throws {
    func refuse(_ name: String, _ group: String) throws(ErrorResponse) {
      let isPatch = subject.stored != nil
      let field = FieldDescription(name, of: subject.entityType)
      let shown = isPatch ? field.refusedName : name
      let isID = field.isSerialNumber
      throw subject.refusal(
        403,
        "The current user is not allowed to \(subject.method) the selected field (\(shown))."
          + (isID ? " The entity ID cannot be changed." : ""),
        pointer: "/data/\(isPatch ? "attributes" : group)/\(shown)")
    }
    for member in object.attributes?.members ?? []
    where FieldDescription(member.name, of: subject.entityType).isClosed {
      guard let stored = try subject.stored?.value(.attributes, member.name),
        FieldValue.isKept(member.name, of: subject.entityType, stored, member.value)
      else {
        return try refuse(member.name, "attributes")
      }
      object.attributes?[member.name] = nil
    }
    for name in object.relationshipNames where FieldDescription(name, of: subject.entityType).isClosed {
      let stored = try subject.stored?.value(.relationships, name)?["data"]
      guard FieldValue.sameLinkage(stored, object[relationship: name]?.data?.json) else {
        return try refuse(name, "relationships")
      }
      object[relationship: name] = nil
    }
  }
}

/// The `data` of a relationship within a resource object, its targets looked up (reference 5.1).
private struct RelationshipData {
  private(set) var items: [ResourceIdentifier] = []
  /// Whether there were items, and none of them stands for a resource.
  private(set) var isVirtual = false

  init(_ data: JSON, _ subject: WriteSubject, _ known: some KnownResources) throws {
    let given = data.isEmpty ? [] : data.array ?? [data]
    for (index, item) in given.enumerated() {
      // Of one item, the site misses the id first, whichever is absent.
      let isWhole = data.array != nil || item["type"].map { !$0.isNull } ?? false
      guard let id = item["id"]?.string, !id.isEmpty, isWhole else {
        throw subject.refusal(400, "No ID specified for related resource")
      }
      guard let type = item["type"]?.string, !type.isEmpty else {
        throw subject.refusal(400, "No type specified for related resource")
      }
      // The first item's type stands for all.
      if index == 0, try !known.hasType(type) {
        throw subject.refusal(400, "Invalid type specified for related resource: '\(type)'")
      }
      if id == "virtual" { continue }
      // Looked up as it is written (reference 5.1).
      guard let uuid = ResourceID(target: id),
        let current = try known.current(uuid, type: given.first?["type"]?.string ?? type)
      else {
        throw subject.refusal(
          404, "The resource identified by `\(type):\(id)` (given as a relationship item) could not be found.")
      }
      let meta = item["meta"]?.object?.members.filter { !FieldDescription($0.name).isNumber } ?? []
      items.append(
        ResourceIdentifier(
          type: type, id: current.description,
          meta: meta.isEmpty ? nil : JSONObject(meta.map { ($0.name, $0.value) })))
    }
    isVirtual = items.isEmpty && !given.isEmpty
  }
}

extension JSON {
  /// What PHP takes for nothing: null, false, 0, and texts, lists and objects without content.
  fileprivate var isEmpty: Bool {
    switch self {
    case .null: true
    case .bool(let value): !value
    case .number: double == 0
    case .string(let text): text.isEmpty || text == "0"
    case .array(let elements): elements.isEmpty
    case .object(let object): object.isEmpty
    }
  }
}
