import JSONAPI

/// A resource object encoded once in the site's style, with holes for what differs between clones and between requests:
/// the base URL, ids, times and the targets of relationships. Rendering is copying bytes.
struct Template: Sendable {
  /// What stands at one place.
  enum Piece: Sendable {
    /// Bytes as they are, from an offset.
    case text(at: Int32, count: Int32)
    case base
    case ownUUID
    case ownID
    case revision
    case changed
    case created
    /// The beginning of a signed URL, which differs on every read.
    case signature
    /// A resource identifier; the pieces it is made of follow.
    case identifier(target: Int32, pieces: Int32)
    case targetUUID(Int32)
    case targetID(Int32)
  }

  /// What a relationship points to.
  struct Target: Sendable {
    var uuid: EntityUUID
    var id: Int64
    /// Its number in the recorded content, when clones point to clones.
    var content: Int32?
    /// The identifier that the site shows once the target is gone.
    var missing: [UInt8]
  }

  /// One attribute or relationship, from its name to the end of its value.
  struct Member: Sendable {
    var name: String
    var pieces: Range<Int>
  }

  private(set) var bytes: [UInt8] = []
  private(set) var pieces: [Piece] = []
  private(set) var targets: [Target] = []
  private(set) var attributes: [Member] = []
  private(set) var relationships: [Member] = []
  /// The pieces of `"type":…,"id":…,"links":{…}`.
  private(set) var head: Range<Int> = 0..<0

  /// Encodes one resource. `targets` numbers the resources that have clones; `shifts` leaves holes for the clones' ids and
  /// times (without it they are written as they are).
  init(
    type: ResourceType, row: ContentRow, id: Int64, revision: Int64, targets: (EntityUUID) -> Int32?, shifts: Bool
  ) {
    text(#""type":"\#(type.name)","id":""#)
    pieces.append(.ownUUID)
    text(#"","links":{"self":{"href":""#)
    link(type, suffix: nil)
    text(#""}}"#)
    head = 0..<pieces.count
    for member in row.attributes.members {
      let start = pieces.count
      name(member.name)
      switch member.name {
      case type.idAttribute where shifts: pieces.append(.ownID)
      case type.revisionAttribute where shifts: pieces.append(.revision)
      case "changed" where shifts: quoted(.changed)
      case "created" where shifts: quoted(.created)
      case "uri":
        if let path = member.value["value"]?.string, path.hasPrefix("secret://") {
          signed(path)
        } else {
          value(member.value)
        }
      default: value(member.value)
      }
      attributes.append(Member(name: member.name, pieces: start..<pieces.count))
    }
    for member in row.relationships?.members ?? [] {
      let start = pieces.count
      name(member.name)
      relationship(member.name, member.value, of: type, content: shifts ? targets : { _ in nil })
      relationships.append(Member(name: member.name, pieces: start..<pieces.count))
    }
  }

  // MARK: Encoding

  private mutating func text(_ text: String) { append(Array(text.utf8)) }

  private mutating func append(_ more: [UInt8]) {
    guard !more.isEmpty else { return }
    if case .text(let at, let count)? = pieces.last, pieces.count > open, Int(at + count) == bytes.count {
      pieces[pieces.count - 1] = .text(at: at, count: count + Int32(more.count))
    } else {
      pieces.append(.text(at: Int32(bytes.count), count: Int32(more.count)))
    }
    bytes.append(contentsOf: more)
  }

  /// Pieces before this number are closed: text is not appended to them.
  private var open = 0

  private mutating func name(_ name: String) {
    open = pieces.count
    var encoded: [UInt8] = []
    JSON.encode(name, into: &encoded)
    append(encoded + [UInt8(ascii: ":")])
  }

  private mutating func quoted(_ piece: Piece) {
    text("\"")
    pieces.append(piece)
    text("\"")
  }

  /// Appends a value; `{{BASE}}` in it becomes a hole.
  private mutating func value(_ value: JSON) {
    let encoded = value.encoded(.site)
    var start = 0
    var index = 0
    while index + Template.mark.count <= encoded.count {
      if encoded[index] == Template.mark[0], encoded[index..<(index + Template.mark.count)].elementsEqual(Template.mark)
      {
        append(Array(encoded[start..<index]))
        pieces.append(.base)
        index += Template.mark.count
        start = index
      } else {
        index += 1
      }
    }
    append(Array(encoded[start...]))
  }

  private mutating func signed(_ path: String) {
    text(#"{"value":"#)
    value(.string(path))
    text(#","url":""#)
    pieces.append(.signature)
    var rest: [UInt8] = []
    JSON.encodeContent(BracketParameters.encoded(String(path.dropFirst("secret://".count))), into: &rest)
    append(rest)
    text(#""}"#)
  }

  private static let mark = Array("{{BASE}}".utf8)

  private mutating func link(_ type: ResourceType, suffix: String?) {
    pieces.append(.base)
    text("\\/jsonapi\\/\(type.entityType)\\/\(type.bundle)\\/")
    pieces.append(.ownUUID)
    if let suffix { text(suffix) }
    if type.revisionAttribute != nil {
      text("?resourceVersion=id%3A")
      pieces.append(.revision)
    }
  }

  private mutating func relationship(
    _ name: String, _ stored: JSON, of type: ResourceType, content: (EntityUUID) -> Int32?
  ) {
    if let bare = stored["bare"] { return value(bare) }
    text(#"{"data":"#)
    data(stored["data"] ?? .null, missing: missingIdentifier(type, name), content: content)
    text(#","links":{"#)
    if !type.selfOnly.contains(name) {
      text(#""related":{"href":""#)
      link(type, suffix: "\\/\(name)")
      text(#""},"#)
    }
    text(#""self":{"href":""#)
    link(type, suffix: "\\/relationships\\/\(name)")
    text(#""}}}"#)
  }

  private mutating func data(_ data: JSON, missing: [UInt8], content: (EntityUUID) -> Int32?) {
    guard let items = data.array else { return item(data, missing: missing, content: content) }
    text("[")
    for (index, element) in items.enumerated() {
      if index > 0 { text(",") }
      item(element, missing: missing, content: content)
    }
    text("]")
  }

  private mutating func item(_ item: JSON, missing: [UInt8], content: (EntityUUID) -> Int32?) {
    guard let type = item["type"]?.string, let uuid = item["id"]?.string.flatMap({ EntityUUID($0) }) else {
      return value(item)
    }
    let id = item["meta"]?["drupal_internal__target_id"]?.integer ?? 0
    let target = Int32(targets.count)
    targets.append(Target(uuid: uuid, id: id, content: content(uuid), missing: missing))
    let place = pieces.count
    pieces.append(.identifier(target: target, pieces: 0))
    open = pieces.count
    text(#"{"type":"\#(type)","id":""#)
    pieces.append(.targetUUID(target))
    text("\"")
    if let meta = item["meta"]?.object {
      text(#","meta":{"#)
      for (index, member) in meta.members.enumerated() {
        text((index > 0 ? "," : "") + "\"\(member.name)\":")
        if member.name == "drupal_internal__target_id" { pieces.append(.targetID(target)) } else { value(member.value) }
      }
      text("}")
    }
    text("}")
    pieces[place] = .identifier(target: target, pieces: Int32(pieces.count - place - 1))
    open = pieces.count
  }

  /// Reference 2.7: a dangling target.
  private func missingIdentifier(_ type: ResourceType, _ name: String) -> [UInt8] {
    let types = type.targets[name] ?? []
    let identifier: JSON = [
      "type": .string(types.count == 1 ? types[0] : "unknown"), "id": "missing",
      "meta": [
        "links": [
          "help": [
            "href": "https://www.drupal.org/docs/8/modules/json-api/core-concepts#missing",
            "meta": ["about": "Usage and meaning of the 'missing' resource identifier."],
          ]
        ]
      ],
    ]
    return identifier.encoded(.site)
  }
}
