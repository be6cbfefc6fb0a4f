import Foundation

/// A recorded resource object, cut at what tells one resource from another, so that clones are made by joining bytes.
struct ResourceTemplate: Sendable {
  private enum Part: Sendable {
    case bytes([UInt8])
    case uuid
    case number
    case changed
  }

  /// Few resources of a community are larger; with them the rate would be that of copying one long text.
  private static let largest = 65536

  private var parts: [Part]

  /// The resources of a collection document, but for very large ones.
  static func all(in document: [UInt8]) -> [ResourceTemplate] {
    objects(in: document).filter { $0.count <= largest }.compactMap { ResourceTemplate($0) }
  }

  /// Nil when the object has no id, serial number, revision or `changed`.
  private init?(_ object: [UInt8]) {
    guard let json = try? JSONSerialization.jsonObject(with: Data(object)) as? [String: Any],
      let uuid = json["id"] as? String, let attributes = json["attributes"] as? [String: Any],
      let number = attributes["drupal_internal__nid"] as? Int,
      let revision = attributes["drupal_internal__vid"] as? Int,
      let changed = attributes["changed"] as? String
    else { return nil }
    // What stands before the value, the value, and what takes its place.
    let marks: [(before: String, value: String, after: String, part: Part)] = [
      ("", uuid, "", .uuid),
      ("\"drupal_internal__nid\":", "\(number)", ",", .number),
      ("\"drupal_internal__vid\":", "\(revision)", ",", .number),
      ("resourceVersion=id%3A", "\(revision)", "\"", .number),
      ("\"changed\":\"", changed, "\"", .changed),
    ]
    parts = [.bytes(object)]
    for mark in marks {
      let pattern = Data((mark.before + mark.value + mark.after).utf8)
      parts = parts.flatMap { part -> [Part] in
        guard case .bytes(let bytes) = part else { return [part] }
        var rest = Data(bytes)
        var cut: [Part] = []
        while let found = rest.range(of: pattern) {
          let end = found.lowerBound + mark.before.utf8.count
          cut += [.bytes(Array(rest[rest.startIndex..<end])), mark.part]
          rest = Data(rest[(end + mark.value.utf8.count)...])
        }
        return cut + [.bytes(Array(rest))]
      }
    }
  }

  /// Appends a clone.
  /// - Parameters:
  ///   - number: its serial and revision number; its UUID follows from it, but is spread like a random one.
  ///   - changed: RFC 3339.
  func clone(number: Int, changed: String, into bytes: inout [UInt8]) {
    let uuid = ResourceTemplate.uuid(number)
    for part in parts {
      switch part {
      case .bytes(let literal): bytes += literal
      case .uuid: bytes += uuid.utf8
      case .number: bytes += String(number).utf8
      case .changed: bytes += changed.utf8
      }
    }
  }

  private static func uuid(_ number: Int) -> String {
    var state = UInt64(number)
    func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
    // The two streams of neighbouring numbers must not overlap.
    state = next() ^ 0xA5A5_A5A5
    let high = next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
    let low = next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    func hex(_ value: UInt64) -> String {
      let text = String(value, radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }
    let digits = Array(hex(high) + hex(low))
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
  }

  /// The objects in the array `data` of a document, as they stand.
  private static func objects(in document: [UInt8]) -> [[UInt8]] {
    guard let data = Data(document).range(of: Data("\"data\":[".utf8)) else { return [] }
    var objects: [[UInt8]] = []
    var depth = 0
    var start = data.upperBound
    var isText = false
    var isEscaped = false
    for index in data.upperBound..<document.count {
      let byte = document[index]
      if isText {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isText = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isText = true
      case UInt8(ascii: "{"):
        if depth == 0 { start = index }
        depth += 1
      case UInt8(ascii: "}"):
        depth -= 1
        if depth == 0 { objects.append(Array(document[start...index])) }
      case UInt8(ascii: "]") where depth == 0: return objects
      default: break
      }
    }
    return objects
  }
}
