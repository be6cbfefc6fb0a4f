import Coding

/// Scans resource objects of the site into what the mirror keeps, touching each byte about twice and making no values of
/// what it only copies.
struct ResourceScanner: Sendable {
  /// The site's base URLs, escaped: first the one that its links have.
  let bases: [[UInt8]]
  /// The escaped path of each resource type (`\/jsonapi\/node\/topic`).
  let paths: [String: [UInt8]]
  /// Which attributes are serial numbers.
  var serials: SerialNumbers { didSet { columns = [:] } }
  /// What the serial number and `changed` are called, of types that do not call them as usual. The serial number's name counts
  /// once `serials` has it, too.
  var attributeNames: [String: AttributeNames] = [:] { didSet { columns = [:] } }
  /// The attributes with the serial number and the time of the last change of each type that was seen.
  private var columns: [String: Column] = [:]
  private var names = NameTable()
  /// Bytes of the longest name in the resource that is being scanned.
  private var longestName = 0

  /// The serial number's attribute as it stands in documents; where nobody knows which one it is, none, and how names of numbers
  /// begin; and the attribute of the time of the last change.
  private struct Column {
    var name: String?
    var bytes: [UInt8]
    var changed: [UInt8]
  }

  init(bases: [[UInt8]], paths: [String: [UInt8]], serials: SerialNumbers) {
    self.bases = bases
    self.paths = paths
    self.serials = serials
  }

  /// To be raised by whoever lets other things be made of the same bytes: what was recognised by its bytes before is scanned once more.
  static let edition = 1

  /// All that besides its bytes decides what is made of a resource of a type, as bytes to be compared.
  func manner(of type: String) -> [UInt8] {
    var bytes: [UInt8] = []
    func put(_ part: [UInt8]?) {
      withUnsafeBytes(of: Int64(part?.count ?? -1).littleEndian) { bytes.append(contentsOf: $0) }
      bytes += part ?? []
    }
    put(Array("\(ResourceScanner.edition) \(bases.count)".utf8))
    put(Array(type.utf8))
    for base in bases { put(base) }
    put(paths[type])
    put(serials.attribute(of: type).map { Array($0.utf8) })
    put(Array((attributeNames[type]?.changed ?? serials.usual.changed).utf8))
    return bytes
  }

  /// Scans the value under the cursor and moves over it.
  /// - Returns: the resource, or why it is none that can be used.
  /// - Throws: `JSONSyntaxError` when it is no JSON.
  mutating func resource(_ scanner: inout ByteScanner) throws(JSONSyntaxError) -> Result<ScannedResource, RowFault> {
    let start = scanner.position
    guard scanner.byte == UInt8(ascii: "{") else {
      try scanner.value()
      return .failure(RowFault(reason: "is no object"))
    }
    let layout = try ObjectLayout(scanning: &scanner)
    if let fault = layout.fault { return .failure(fault) }
    guard scanner.position - start <= ScannedResource.longest else {
      return .failure(
        RowFault(reason: "has \(scanner.position - start) bytes, more than \(ScannedResource.longest)"))
    }
    guard let type = layout.type, let id = layout.id, let uuid = scanner.id(id) else {
      return .failure(RowFault(reason: "has an id that names no resource"))
    }
    longestName = type.count
    let typeName = names.name(scanner.slice(type))
    let idText = scanner.slice(id)
    var resource = ScannedResource(
      type: typeName, uuid: uuid, changed: nil, internalID: nil, idAttribute: nil,
      revision: layout.links.flatMap { ResourceScanner.revision(in: scanner.slice($0)) }, document: [], splices: [],
      linkage: [], isLabelOnly: layout.relationships == nil)
    if let attributes = layout.attributes { try readColumns(attributes, column(of: typeName), &resource, scanner) }

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
    guard longestName <= ScannedResource.longestName else {
      return .failure(
        RowFault(reason: "has a name of \(longestName) bytes in it, more than \(ScannedResource.longestName)"))
    }
    compactor.copy(upTo: scanner.position)
    resource.document = compactor.document
    resource.splices = compactor.splices
    return .success(resource)
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

  private mutating func column(of type: String) -> Column {
    if let column = columns[type] { return column }
    let name = serials.attribute(of: type)
    var bytes: [UInt8] = []
    JSON.encodeContent(name ?? serials.usual.prefix, into: &bytes, .site)
    var changed: [UInt8] = []
    JSON.encodeContent(attributeNames[type]?.changed ?? serials.usual.changed, into: &changed, .site)
    let column = Column(name: name, bytes: bytes, changed: changed)
    // Types come from the site: a table that grew without bound would be its to fill.
    if columns.count < 512 { columns[type] = column }
    return column
  }

  /// `changed` and the serial number among the attributes, wherever they stand.
  private mutating func readColumns(
    _ attributes: Range<Int>, _ serial: Column, _ resource: inout ScannedResource, _ outer: ByteScanner
  ) throws(JSONSyntaxError) {
    var scanner = ByteScanner(outer.bytes, at: attributes.lowerBound)
    try scanner.members { (scanner, name) throws(JSONSyntaxError) in
      longestName = max(longestName, name.count)
      let value = try scanner.value()
      if serial.name != nil {
        if resource.internalID == nil, scanner.matches(name, serial.bytes) {
          resource.internalID = scanner.serialNumber(value)
          resource.idAttribute = serial.name
          return
        }
      } else if scanner.begins(name, serial.bytes), !scanner.slice(name).contains(UInt8(ascii: "\\")),
        let number = scanner.serialNumber(value)
      {
        // No machine name has an escape.
        let name = names.name(scanner.slice(name))
        if !serials.usual.isOfRevision(name), resource.candidates.count < 8 {
          resource.candidates.append(SerialCandidate(name: name, number: number))
        }
        return
      }
      if resource.changed == nil, scanner.matches(name, serial.changed), value.count > 2 {
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
    longestName = max(longestName, name.count)
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
        longestName = max(longestName, text.count)
        identifier.targetType = names.name(text)
      } else if scanner.matches(member, "id") {
        identifier.target = scanner.id(value.lowerBound + 1..<value.upperBound - 1)
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

/// Why an element of a page cannot be used, as it is said of it: `has no id`.
struct RowFault: Error {
  var reason: String
}

/// Names that come again and again, escaped as they stand, made into strings once. Tries the one that followed last time first.
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
    // A type may be called anything (jsonapi_extras): what is escaped in it is what it means.
    let name = ByteScanner(bytes).name(0..<bytes.count)
    // Names come from the site: a table that grew without bound would be its to fill.
    if entries.count < 512 { entries.append((Array(bytes), name)) }
    next = entries.count
    return name
  }
}
