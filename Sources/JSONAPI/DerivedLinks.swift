/// The links of one resource as the site writes them (reference 1.4, 1.5, 2.7): everything but the base URL follows from the
/// type's path, the UUID, the revision and the names of the relationships.
package struct DerivedLinks {
  private let base: [UInt8]
  private let path: [UInt8]
  private let id: UnsafeRawBufferPointer
  private let version: [UInt8]

  /// - Parameters:
  ///   - base: the base URL, escaped.
  ///   - path: the resource type's path, escaped: `\/jsonapi\/node\/topic`.
  ///   - id: the UUID's text.
  ///   - revision: the revision id where links carry one.
  package init(base: [UInt8], path: [UInt8], id: UnsafeRawBufferPointer, revision: Int64?) {
    self.base = base
    self.path = path
    self.id = id
    version = revision.map { Array("?resourceVersion=id%3A\($0)".utf8) } ?? []
  }

  @inline(__always)
  private func resource(into bytes: inout [UInt8]) {
    bytes.append(contentsOf: base)
    bytes.append(contentsOf: path)
    bytes.append(contentsOf: #"\/"#.utf8)
    bytes.append(contentsOf: id)
  }

  /// Appends `{"self":{"href":"…"}}` of the resource.
  package func appendResource(into bytes: inout [UInt8]) {
    bytes.append(contentsOf: #"{"self":{"href":""#.utf8)
    resource(into: &bytes)
    bytes.append(contentsOf: version)
    bytes.append(contentsOf: #""}}"#.utf8)
  }

  /// Appends the links of the relationship `name`, with `related` or without.
  package func appendRelationship(_ name: UnsafeRawBufferPointer, related: Bool, into bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "{"))
    if related {
      bytes.append(contentsOf: #""related":{"href":""#.utf8)
      resource(into: &bytes)
      bytes.append(contentsOf: #"\/"#.utf8)
      bytes.append(contentsOf: name)
      bytes.append(contentsOf: version)
      bytes.append(contentsOf: #""},"#.utf8)
    }
    bytes.append(contentsOf: #""self":{"href":""#.utf8)
    resource(into: &bytes)
    bytes.append(contentsOf: #"\/relationships\/"#.utf8)
    bytes.append(contentsOf: name)
    bytes.append(contentsOf: version)
    bytes.append(contentsOf: #""}}"#.utf8)
  }
}
