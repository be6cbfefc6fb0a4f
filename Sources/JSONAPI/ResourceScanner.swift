/// Scans resource objects of the site into what the mirror keeps, touching each byte about twice and making no values of
/// what it only copies.
struct ResourceScanner: Sendable {
  /// The site's base URLs, escaped: first the one that its links have.
  let bases: [[UInt8]]
  /// The escaped path of each resource type (`\/jsonapi\/node\/topic`).
  let paths: [String: [UInt8]]
  /// What the serial number and `changed` are called, of types that do not call them as usual.
  var attributeNames: [String: AttributeNames] = [:]
  private var names = NameTable()

  init(bases: [[UInt8]], paths: [String: [UInt8]]) {
    self.bases = bases
    self.paths = paths
  }

  /// Scans the object under the cursor and moves over it.
  mutating func resource(_ scanner: inout ByteScanner) throws(JSONSyntaxError) -> ScannedResource {
    let start = scanner.position
    let layout = try ObjectLayout(scanning: &scanner)
    guard let type = layout.type, let id = layout.id, let uuid = ResourceUUID(scanner.slice(id)) else {
      throw JSONSyntaxError(reason: "a resource object without type or UUID", offset: start)
    }
    let typeName = names.name(scanner.slice(type))
    let idText = scanner.slice(id)
    var resource = ScannedResource(
      type: typeName, uuid: uuid, changed: nil, internalID: nil, idAttribute: nil,
      revision: layout.links.flatMap { ResourceScanner.revision(in: scanner.slice($0)) }, document: [], splices: [],
      linkage: [], isLabelOnly: layout.relationships == nil)
    if let attributes = layout.attributes { try readColumns(attributes, &resource, scanner) }

    var compactor = DocumentCompactor(scanner.bytes, from: start, bases: bases, capacity: scanner.position - start)
    let base = layout.links.map { linked(by: scanner.slice($0)) } ?? bases.first
    let derived = DerivedLinks(base: base ?? [], path: paths[typeName] ?? [], id: idText, revision: resource.revision)
    if let links = layout.links, let before = layout.linksFollow,
      scanner.position - start < SplicePoint.maximumDocumentBytes
    {
      if derived.matches(scanner.slice(links), .resourceLinks, name: scanner.slice(0..<0)) {
        compactor.copy(upTo: before)
        compactor.leaveOut(upTo: links.upperBound, .resourceLinks)
      }
    }
    if let relationships = layout.relationships {
      var inner = ByteScanner(scanner.bytes, at: relationships.lowerBound)
      try inner.members { (inner, name) throws(JSONSyntaxError) in
        try relationship(name, &inner, derived, &compactor, &resource)
      }
    }
    compactor.copy(upTo: scanner.position)
    resource.document = compactor.document
    resource.splices = compactor.splices
    return resource
  }

  /// The base URL that the links of a resource begin with; the first where they begin with none.
  private func linked(by links: UnsafeRawBufferPointer) -> [UInt8]? {
    guard bases.count > 1 else { return bases.first }
    let start = ResourceScanner.linkStart.utf8CodeUnitCount
    // Of two of which one begins the other, the longer.
    let named = bases.filter { base in
      links.count > start + base.count
        && base.withUnsafeBytes {
          sameBytes(UnsafeRawBufferPointer(rebasing: links[start..<start + $0.count]), $0)
            && DocumentCompactor.endsHost(links, at: start + $0.count)
        }
    }
    return named.max { $0.count < $1.count } ?? bases.first
  }

  private static let linkStart: StaticString = #"{"self":{"href":""#

  /// `changed` and the serial number among the attributes.
  private mutating func readColumns(
    _ attributes: Range<Int>, _ resource: inout ScannedResource, _ outer: ByteScanner
  ) throws(JSONSyntaxError) {
    var scanner = ByteScanner(outer.bytes, at: attributes.lowerBound)
    if !attributeNames.isEmpty, let own = attributeNames[resource.type] {
      return try readColumns(called: own, &scanner, &resource)
    }
    try scanner.members { (scanner, name) throws(JSONSyntaxError) in
      let value = try scanner.value()
      if resource.internalID == nil, scanner.begins(name, "drupal_internal__") {
        resource.internalID = scanner.integer(value)
        resource.idAttribute = names.name(scanner.slice(name))
      } else if resource.changed == nil, scanner.matches(name, "changed"), value.count > 2 {
        resource.changed = RFC3339.unixSeconds(bytes: scanner.slice(value.lowerBound + 1..<value.upperBound - 1))
      }
    }
  }

  /// The same where they are not called as usual.
  private mutating func readColumns(
    called own: AttributeNames, _ scanner: inout ByteScanner, _ resource: inout ScannedResource
  ) throws(JSONSyntaxError) {
    let changed = own.changed ?? "changed"
    try scanner.members { (scanner, name) throws(JSONSyntaxError) in
      let value = try scanner.value()
      let text = names.name(scanner.slice(name))
      if let serial = own.serial, text == serial {
        resource.internalID = scanner.integer(value)
        resource.idAttribute = text
      } else if own.serial == nil, resource.internalID == nil, text.hasPrefix("drupal_internal__") {
        resource.internalID = scanner.integer(value)
        resource.idAttribute = text
      } else if text == changed, value.count > 2 {
        resource.changed = RFC3339.unixSeconds(bytes: scanner.slice(value.lowerBound + 1..<value.upperBound - 1))
      }
    }
  }

  private mutating func relationship(
    _ name: Range<Int>, _ scanner: inout ByteScanner, _ derived: DerivedLinks, _ compactor: inout DocumentCompactor,
    _ resource: inout ScannedResource
  ) throws(JSONSyntaxError) {
    // A relationship of which the site shows nothing is an empty array there.
    guard scanner.byte == UInt8(ascii: "{") else {
      try scanner.value()
      return
    }
    let field = names.name(scanner.slice(name))
    var links: (after: Int, value: Range<Int>)?
    var previousEnd: Int?
    var linkage: [ScannedLinkage] = []
    try scanner.members { (scanner, member) throws(JSONSyntaxError) in
      if scanner.matches(member, "data") {
        try readLinkage(field, &scanner, &linkage)
      } else {
        let value = try scanner.value()
        if scanner.matches(member, "links"), let previousEnd { links = (previousEnd, value) }
      }
      previousEnd = scanner.position
    }
    resource.linkage.append(contentsOf: linkage)
    // Relationships before `links` is not the site's order: they are then kept as they are.
    guard let links, name.count < 256, name.lowerBound >= compactor.copied else { return }
    let nameBytes = scanner.slice(name)
    for kind in [SplicePoint.Kind.relationshipLinks, .selfLink] {
      guard derived.matches(scanner.slice(links.value), kind, name: nameBytes) else { continue }
      compactor.copy(upTo: name.lowerBound)
      let nameStart = compactor.document.count
      compactor.copy(upTo: links.after)
      guard compactor.document.count < SplicePoint.maximumDocumentBytes else { return }
      compactor.leaveOut(upTo: links.value.upperBound, kind, name: nameStart..<nameStart + name.count)
      return
    }
  }

  private mutating func readLinkage(
    _ field: String, _ scanner: inout ByteScanner, _ linkage: inout [ScannedLinkage]
  ) throws(JSONSyntaxError) {
    switch scanner.byte {
    case UInt8(ascii: "{"): linkage.append(try identifier(field, 0, &scanner))
    case UInt8(ascii: "["):
      try scanner.elements { (scanner) throws(JSONSyntaxError) in
        linkage.append(try identifier(field, linkage.count, &scanner))
      }
    default: try scanner.value()
    }
  }

  private mutating func identifier(
    _ field: String, _ delta: Int, _ scanner: inout ByteScanner
  ) throws(JSONSyntaxError) -> ScannedLinkage {
    var identifier = ScannedLinkage(field: field, delta: delta, targetType: "", target: nil)
    guard scanner.byte == UInt8(ascii: "{") else {
      try scanner.value()
      return identifier
    }
    try scanner.members { (scanner, member) throws(JSONSyntaxError) in
      let value = try scanner.value()
      guard value.count >= 2, scanner.bytes[value.lowerBound] == UInt8(ascii: "\"") else { return }
      let text = scanner.slice(value.lowerBound + 1..<value.upperBound - 1)
      if scanner.matches(member, "type") {
        identifier.targetType = names.name(text)
      } else if scanner.matches(member, "id") {
        identifier.target = ResourceUUID(text)
      }
    }
    return identifier
  }

  /// The revision in `{"self":{"href":"…?resourceVersion=id%3A7"}}`.
  private static func revision(in links: UnsafeRawBufferPointer) -> Int64? {
    let marker: StaticString = "?resourceVersion=id%3A"
    let needle = UnsafeRawBufferPointer(start: marker.utf8Start, count: marker.utf8CodeUnitCount)
    guard let found = firstOccurrence(of: needle, in: links, from: 0) else { return nil }
    var value: Int64 = 0
    for byte in links[(found + needle.count)...].prefix(18) {
      guard byte >= 0x30, byte <= 0x39 else { break }
      value = value * 10 + Int64(byte - 0x30)
    }
    return value
  }
}

/// Where the members of a resource object are.
private struct ObjectLayout {
  var type: Range<Int>?
  var id: Range<Int>?
  var links: Range<Int>?
  /// The end of the member before `links`: where they are put back.
  var linksFollow: Int?
  var attributes: Range<Int>?
  var relationships: Range<Int>?

  init(scanning scanner: inout ByteScanner) throws(JSONSyntaxError) {
    var previousEnd: Int?
    try scanner.members { (scanner, name) throws(JSONSyntaxError) in
      let value = try scanner.value()
      let isText = value.count >= 2 && scanner.bytes[value.lowerBound] == UInt8(ascii: "\"")
      if scanner.matches(name, "type"), isText {
        type = value.lowerBound + 1..<value.upperBound - 1
      } else if scanner.matches(name, "id"), isText {
        id = value.lowerBound + 1..<value.upperBound - 1
      } else if scanner.matches(name, "links") {
        links = value
        linksFollow = previousEnd
      } else if scanner.matches(name, "attributes"), scanner.bytes[value.lowerBound] == UInt8(ascii: "{") {
        attributes = value
      } else if scanner.matches(name, "relationships"), scanner.bytes[value.lowerBound] == UInt8(ascii: "{") {
        relationships = value
      }
      previousEnd = scanner.position
    }
  }
}

/// Names that come again and again, made into strings once. Tries the one that followed last time first.
struct NameTable: Sendable {
  private var entries: [(bytes: [UInt8], name: String)] = []
  private var next = 0

  mutating func name(_ bytes: UnsafeRawBufferPointer) -> String {
    for step in 0..<entries.count {
      let index = (next + step) % entries.count
      if entries[index].bytes.withUnsafeBytes({ sameBytes($0, bytes) }) {
        next = index + 1
        return entries[index].name
      }
    }
    let name = String(decoding: bytes, as: UTF8.self)
    // Names come from the site: a table that grew without bound would be its to fill.
    if entries.count < 512 { entries.append((Array(bytes), name)) }
    next = entries.count
    return name
  }
}
