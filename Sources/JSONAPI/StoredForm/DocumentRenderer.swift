/// Puts stored documents back into the form the site would send, on another base URL: copies the stored bytes and derives
/// the links. The hot path of every read.
package struct DocumentRenderer: Sendable {
  private let base: DocumentBase

  /// A renderer for answers on this base URL.
  package init(base: DocumentBase) { self.base = base }

  /// A resource as it is stored. The bytes are borrowed: they are valid while the row is.
  package struct Stored {
    /// The stored form of the resource object.
    package var document: UnsafeRawBufferPointer
    /// Its splice points, as stored.
    package var splices: UnsafeRawBufferPointer
    /// The type's path, escaped: `\/jsonapi\/node\/topic`.
    package var path: [UInt8]
    /// The revision id where the type's links carry one.
    package var revision: Int64?

    /// A stored resource.
    package init(
      document: UnsafeRawBufferPointer, splices: UnsafeRawBufferPointer, path: [UInt8], revision: Int64?
    ) {
      self.document = document
      self.splices = splices
      self.path = path
      self.revision = revision
    }
  }

  /// One resource object, ready to be written.
  package func resource(_ stored: Stored) -> SplicedResource { SplicedResource(stored, base: base.escaped) }

  /// Appends one resource object, whole or with only the members of a sparse fieldset (reference 3.7).
  /// - Parameter fields: what to keep; nil keeps all.
  package func append(_ stored: Stored, fields: SparseFields? = nil, into bytes: inout [UInt8]) {
    let resource = resource(stored)
    bytes += [UInt8](unsafeUninitializedCapacity: resource.size) { memory, count in
      count = resource.write(fields: fields, into: UnsafeMutableRawBufferPointer(memory))
    }
  }

  /// Appends the relationship object of one field (`{"data":…,"links":…}`), or nothing when the resource has none of that
  /// name. Gives whether it had.
  package func append(relationship name: String, of stored: Stored, into bytes: inout [UInt8]) -> Bool {
    guard let layout = StoredLayout(stored.document),
      let member = layout.relationships.first(where: { $0.name == name })
    else { return false }
    let resource = resource(stored)
    bytes += [UInt8](unsafeUninitializedCapacity: resource.size) { memory, count in
      count = resource.write(member.value, into: UnsafeMutableRawBufferPointer(memory))
    }
    return true
  }
}
