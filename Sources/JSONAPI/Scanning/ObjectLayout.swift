import Coding

/// Where the members of a resource object are.
struct ObjectLayout {
  var type: Range<Int>?
  var id: Range<Int>?
  var links: Range<Int>?
  /// The end of the member before `links`: where they are put back.
  var linksFollow: Int?
  var attributes: Range<Int>?
  var relationships: Range<Int>?
  /// Why the object is no resource.
  var fault: RowFault?

  init(scanning scanner: inout ByteScanner) throws(JSONSyntaxError) {
    var previousEnd: Int?
    var (hasType, hasID) = (false, false)
    try scanner.members { (scanner, name) throws(JSONSyntaxError) in
      let value = try scanner.value()
      let first = scanner.bytes[value.lowerBound]
      let isText = first == UInt8(ascii: "\"")
      if scanner.matches(name, "type") {
        hasType = true
        if isText { type = value.lowerBound + 1..<value.upperBound - 1 }
      } else if scanner.matches(name, "id") {
        hasID = true
        if isText { id = value.lowerBound + 1..<value.upperBound - 1 }
      } else if scanner.matches(name, "links") {
        links = value
        linksFollow = previousEnd
      } else if scanner.matches(name, "attributes") {
        attributes = first == UInt8(ascii: "{") ? value : nil
        check("attributes", value, scanner)
      } else if scanner.matches(name, "relationships") {
        relationships = first == UInt8(ascii: "{") ? value : nil
        check("relationships", value, scanner)
      }
      previousEnd = scanner.position
    }
    if type.map(\.isEmpty) ?? true {
      fault = RowFault(reason: hasType ? "has a type that is no text" : "has no type")
    } else if id == nil {
      fault = RowFault(reason: hasID ? "has an id that is no text" : "has no id")
    } else if id?.isEmpty == true {
      fault = RowFault(reason: "has an empty id")
    }
  }

  /// Nothing is an empty list where PHP writes it.
  private mutating func check(_ name: String, _ value: Range<Int>, _ scanner: ByteScanner) {
    if scanner.bytes[value.lowerBound] == UInt8(ascii: "{") || scanner.matches(value, "[]")
      || scanner.matches(value, "null")
    {
      return
    }
    fault = RowFault(reason: "has \(name) that are no object")
  }
}
