extension String {
  /// Without the characters at both ends that PHP's `trim` takes away.
  package var trimmedAsByPHP: String { String(self[...].trimmedAsByPHP) }
}

extension Substring {
  /// Without the characters at both ends that PHP's `trim` takes away.
  package var trimmedAsByPHP: Substring {
    func isSpace(_ byte: UInt8) -> Bool {
      switch byte {
      case 0x20, 0x0A, 0x0D, 0x09, 0x0B, 0x00: true
      default: false
      }
    }
    guard let first = utf8.firstIndex(where: { !isSpace($0) }), let last = utf8.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return self[first..<utf8.index(after: last)]
  }
}
