import Coding

/// What is answered over the socket: one JSON object a line for each event, the last of which says how it came out.
package enum EventLine {
  /// So many lines of a summary are handed over, and so many bytes of all of them.
  static let mostLines = 5_000
  static let mostBytes = 1 << 20
  /// A line of an answer is never longer, line break included, whatever it says.
  package static let limit = 16 << 20

  /// The line of an event, its line break with it.
  package static func bytes(_ event: RoundEvent) -> [UInt8] { json(event).encoded(.plain) + [0x0A] }

  private static func json(_ event: RoundEvent) -> JSON {
    switch event {
    case .replied(.begun): ["reply": "begins"]
    case .replied(.waits(let behind)): ["reply": "waits", "behind": .string(behind)]
    case .replied(.refused(let reason)): ["reply": "refused", "reason": .string(reason)]
    case .begun: ["event": "begun"]
    case .progress(let line): ["event": "progress", "line": .string(line)]
    case .notice(let line): ["event": "notice", "line": .string(line)]
    case .ended(let ending):
      ["event": "ended", "code": .integer(ending.code), "lines": .array(shortened(ending.lines).map { json($0) })]
    }
  }

  private static func json(_ line: RoundEnding.Line) -> JSON {
    ["kind": .string(line.kind.rawValue), "text": .string(line.text)]
  }

  /// As much as is handed over: what is found goes before what is only told.
  private static func shortened(_ lines: [RoundEnding.Line]) -> [RoundEnding.Line] {
    var (left, bytes) = (mostLines, mostBytes)
    func fits(_ line: RoundEnding.Line) -> Bool {
      guard left > 0, bytes >= line.text.utf8.count else { return false }
      (left, bytes) = (left - 1, bytes - line.text.utf8.count)
      return true
    }
    var kept = Set(lines.indices.filter { lines[$0].kind != .detail && fits(lines[$0]) })
    kept.formUnion(lines.indices.filter { lines[$0].kind == .detail && fits(lines[$0]) })
    var handed = lines.indices.filter { kept.contains($0) }.map { lines[$0] }
    let missing = lines.count - kept.count
    if missing > 0 {
      handed.append(.init(.finding, "\(missing) more lines are left out here; social-mirror status shows the state"))
    }
    return handed
  }

  /// Reads a line; nil for one that says nothing that this version knows, which is passed by.
  package static func event(_ line: [UInt8]) -> RoundEvent? {
    guard let json = try? JSON(parsing: line) else { return nil }
    switch (json["reply"]?.string, json["event"]?.string) {
    case ("begins"?, _): return .replied(.begun)
    case ("waits"?, _): return .replied(.waits(behind: json["behind"]?.string ?? "another"))
    case ("refused"?, _): return .replied(.refused(reason: json["reason"]?.string ?? "it does not say why"))
    case (_, "begun"?): return .begun
    case (_, "progress"?): return json["line"]?.string.map { RoundEvent.progress($0) }
    case (_, "notice"?): return json["line"]?.string.map { RoundEvent.notice($0) }
    case (_, "ended"?):
      guard let code = json["code"]?.integer.flatMap({ Int32(exactly: $0) }) else { return nil }
      let lines = (json["lines"]?.array ?? []).compactMap { line -> RoundEnding.Line? in
        guard let text = line["text"]?.string else { return nil }
        let kind = RoundEnding.Line.Kind(rawValue: line["kind"]?.string ?? "")
        return RoundEnding.Line(kind ?? .finding, text)
      }
      return .ended(RoundEnding(code: code, lines: lines))
    default: return nil
    }
  }
}
