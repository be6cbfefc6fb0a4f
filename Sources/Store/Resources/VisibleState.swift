import JSONAPI
import OpenSocial

/// What of a resource sights go by: whether it is published, whether its file is everybody's, whose it is. A value, made of the bytes
/// of its document; where something cannot be read, it counts as not shown.
struct VisibleState: Equatable {
  /// As `SightRules.published` has it.
  var isPublished: Bool
  /// As `SightRules.privateFiles` has it; true of what is no file.
  var isPublic: Bool
  /// The ids of its authors and owners, in lower case.
  var owners: Set<String> = []

  /// Without owners, which are rows of their own.
  init(_ document: UnsafeRawBufferPointer, isFile: Bool) {
    let names = FieldDescription.visibility
    guard let values = StoredAttributes.values(of: [names.published, names.address], in: document) else {
      (isPublished, isPublic) = (false, !isFile)
      return
    }
    func bytes(_ index: Int) -> Slice<UnsafeRawBufferPointer>? { values[index].map { document[$0] } }
    isPublished = bytes(0).map(VisibleState.isYes) ?? true
    // The site writes slashes with a backslash before each.
    let marks = [#""value":"public:\/\/"#, #""value":"public://"#]
    isPublic =
      !isFile || bytes(1).map { uri in marks.contains { uri.firstRange(of: Array($0.utf8)) != nil } } ?? false
  }

  /// As `CAST(json AS INTEGER) <> 0` judges, null as yes: what is no flag and no number is no yes.
  private static func isYes(_ value: Slice<UnsafeRawBufferPointer>) -> Bool {
    switch value.first {
    case UInt8(ascii: "t"), UInt8(ascii: "n"): return true
    case UInt8(ascii: "f"): return false
    default:
      let digits = value.drop { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "-") }
        .prefix { (0x30...0x39).contains($0) }
      return digits.contains { $0 != 0x30 }
    }
  }

  /// Whether somebody may have seen the resource so who does not see it in that state.
  func shows(moreThan other: VisibleState) -> Bool {
    isPublished && !other.isPublished || isPublic && !other.isPublic || !owners.isSubset(of: other.owners)
  }
}
