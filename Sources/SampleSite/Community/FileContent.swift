import Foundation
import JSONAPI

extension Community {
  /// The bytes of a file: those that were uploaded, or made from its UUID, always the same ones and as many as its
  /// `filesize` says. nil when there is no such file.
  package func fileContent(_ id: String) -> [UInt8]? {
    guard let (number, row) = find(id), types[number].entityType == "file" else { return nil }
    return fileContent(row)
  }

  func fileContent(_ row: Row) -> [UInt8] {
    if let bytes = uploads[row.uuid] { return bytes }
    let body = recorded(row)
    let count = max(0, Int(body.attributes["filesize"]?.integer ?? 0))
    let isText = body.attributes["filemime"]?.string?.hasPrefix("text/") ?? false
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    var state = row.uuid.high ^ mixed(row.uuid.low)
    while bytes.count < count {
      state = mixed(state)
      // Text stays readable: letters, with a line end now and then.
      for shift in stride(from: UInt64(0), to: 64, by: 8) {
        let byte = UInt8(truncatingIfNeeded: state >> shift)
        bytes.append(isText ? (byte < 6 ? 0x0A : 0x61 + byte % 26) : byte)
      }
    }
    return Array(bytes.prefix(count))
  }

  /// The file whose `uri.value` this is.
  func file(at uri: String) -> Row? {
    for (type, collection) in zip(types, collections) where type.entityType == "file" {
      for case let row? in collection.slots where recorded(row).attributes["uri"]?["value"]?.string == uri {
        return row
      }
    }
    return nil
  }
}

/// Width and height of a PNG in pixels, from its first chunk; nil for anything else.
func sizeOfPNG(_ bytes: [UInt8]) -> (width: Int, height: Int)? {
  guard bytes.count >= 24, bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) else { return nil }
  func number(_ start: Int) -> Int { bytes[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) } }
  return (number(16), number(20))
}
