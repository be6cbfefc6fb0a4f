/// What the mirror keeps of one resource object that was scanned: its stored form and the few values that are columns.
package struct ScannedResource: Sendable {
  /// The resource type, such as `node--topic`.
  package var type: String
  /// Its id.
  package var uuid: ResourceID
  /// `attributes.changed` in Unix seconds; nil where the resource shows none.
  package var changed: Int64?
  /// The entity's serial number (`SerialNumbers`, reference 2.5).
  package var internalID: Int64?
  /// The name of that attribute, nil where the resource does not show it.
  package var idAttribute: String?
  /// The revision that the links carry (`resourceVersion=id:N`).
  package var revision: Int64?
  /// The stored form (`SplicePoint`).
  package var document: [UInt8]
  /// Its splice points.
  package var splices: [UInt8]
  /// Every identifier of every relationship, in document order.
  package var linkage: [ScannedLinkage]
  /// Whether the object has relationships or more than a label: the site shows label-only objects of what an account may not
  /// see (reference 2.8), and those must not replace what is stored.
  package var isLabelOnly: Bool
  /// Attributes that may be the serial number, in a type of which nobody knows which one is.
  package var candidates: [SerialCandidate] = []
  /// How the site sent it, where that was asked for.
  package var digest: RowDigest?
  /// The stored resource that it was recognised as (`KnownRows`): it is what is stored, to the byte, and was not scanned. Nothing else
  /// is here but type, id and serial number.
  package var known: KnownRow?

  /// The largest resource object that is taken, in bytes: splice points reach so far.
  package static let longest = SplicePoint.maximumDocumentBytes
  /// The longest name of a field, and of the type of a target, in bytes as they stand: Drupal's fields have at most 32. Names are
  /// kept for good, those of what was one day stored too.
  package static let longestName = 1_024
}

/// An attribute that looks like a serial number, with its value.
package struct SerialCandidate: Sendable, Hashable {
  /// The attribute's public name.
  package var name: String
  /// Its value.
  package var number: Int64
}

/// One resource identifier in one relationship.
package struct ScannedLinkage: Sendable, Hashable {
  /// The relationship's name.
  package var field: String
  /// Its place in the relationship, from 0.
  package var delta: Int
  /// The type of its target.
  package var targetType: String
  /// The target; nil for `missing`, `virtual` and anything else that is no id.
  package var target: ResourceID?
}

/// A page of a collection that was scanned.
package struct ScannedPage: Sendable {
  /// The resources in `data`, in order.
  package var resources: [ScannedResource] = []
  /// The URLs of what was left out for lack of access (`meta.omitted.links`, reference 2.4).
  package var omitted: [String] = []
  /// The elements of `data` that cannot be used.
  package var unusable: [UnusableRow] = []
  /// What stands around the document, or its beginning; nil where nothing does.
  package var surroundings: String?
  /// Whether `links.next` is there: the only sign that more follows (reference 3.5).
  package var hasNext = false
  /// The offset in `links.next`: where the site itself says that the next page begins. Nil where it has none that can be read.
  package var nextOffset: Int?
  /// How many rows at the beginning of the page, from the offset that was asked for on, the site did not give in any way: they
  /// were stepped over.
  package var skipped = 0
  /// The row before those that were stepped over, without most of what it holds, by which it is seen whether rows have moved; nil
  /// where it is not known.
  package var before: ScannedResource?
  /// Those that were stepped over, as far as they are known; without most of what they hold.
  package var steppedOver: [ScannedResource] = []
  /// Whether it is the end behind rows that were stepped over on its own word alone: the site does not list them either.
  package var isEndAssumed = false
  /// The size of the page in bytes as it came, after content decoding.
  package var bytes = 0
  /// When the site made it, by its own `Date`, Unix seconds: long ago where a cache kept it. Nil when it did not say. Nothing that
  /// happened later is on it.
  package var madeAt: Int64?
}

extension ScannedPage {
  /// The most elements of `data` that are taken. A site shows 50, with modules some hundreds; what makes of a few bytes each millions
  /// of rows is not gone through.
  package static let mostRows = LooseDocument.mostRows

  /// How many elements `data` has, and how many were left out for lack of access: what an offset moves on by.
  package var rowCount: Int { resources.count + unusable.count + omitted.count }

  /// The same page where this candidate is the serial number.
  package func counted(by name: String) -> ScannedPage {
    var page = self
    for index in page.resources.indices {
      guard let candidate = page.resources[index].candidates.first(where: { $0.name == name }) else { continue }
      page.resources[index].internalID = candidate.number
      page.resources[index].idAttribute = name
    }
    return page
  }

  mutating func append(_ resource: ScannedResource) { resources.append(resource) }

  mutating func append(_ row: UnusableRow) {
    var row = row
    row.place = resources.count + unusable.count
    row.after = resources.last?.internalID
    unusable.append(row)
  }

  /// Sets aside what stands on the page twice, and what is of another type than the collection's, unless nothing is of that; and
  /// notes what stands behind each row that cannot be used.
  /// - Parameter isName: whether the collection's resources are known to call themselves so: then what calls itself otherwise is
  ///   set aside even where the page shows nothing else.
  package mutating func sort(expecting type: String?, isName: Bool = false) {
    let isForeign = { (resource: ScannedResource) in type.map { resource.type != $0 } ?? false }
    var seen: Set<ResourceID> = []
    let isOdd =
      resources.contains { isForeign($0) || !seen.insert($0.uuid).inserted }
    if isOdd, isName || !resources.allSatisfy(isForeign) { setAsideOddRows(isForeign) }
    guard !unusable.isEmpty else { return }
    let behind = places()
    for index in unusable.indices {
      let place = unusable[index].place
      unusable[index].after = behind.last { $0.place < place }?.serial
      unusable[index].before = behind.first { $0.place > place }?.serial
    }
  }

  private mutating func setAsideOddRows(_ isForeign: (ScannedResource) -> Bool) {
    let all = resources
    let taken = Set(unusable.map(\.place))
    resources = []
    var seen: Set<ResourceID> = []
    var place = 0
    for resource in all {
      while taken.contains(place) { place += 1 }
      defer { place += 1 }
      if !isForeign(resource), seen.insert(resource.uuid).inserted {
        resources.append(resource)
        continue
      }
      var row = UnusableRow(
        type: resource.type, id: resource.uuid, place: place,
        reason: isForeign(resource) ? "is of the type \(resource.type)" : "stands twice on one page")
      if !isForeign(resource) { row.internalID = resource.internalID }
      unusable.append(row)
    }
    unusable.sort { $0.place < $1.place }
  }

  /// The serial numbers of the usable rows with their places.
  private func places() -> [(place: Int, serial: Int64)] {
    let taken = Set(unusable.map(\.place))
    var place = 0
    return resources.compactMap { resource in
      while taken.contains(place) { place += 1 }
      defer { place += 1 }
      return resource.internalID.map { (place, $0) }
    }
  }
}
