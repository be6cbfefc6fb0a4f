import Foundation
import JSONAPI
import Store

/// Makes an export: all of it from one read transaction, in a folder that gets its name when it is whole.
///
/// A round writes pages in many transactions, and notes its beginning and its end in the mirror's ledger. So a transaction sees one
/// finished round where it finds the last one ended: that moment is waited for. The rows are read in it; indexes, Parquet and hashes
/// are made after it, so that the mirror's log is held up no longer than rows take.
package struct ExportRun: Sendable {
  private let order: ExportOrder
  private let mirror: Mirror
  private let isEngineThere: @Sendable () -> Bool
  private let tell: @Sendable (String) -> Void
  private let now: @Sendable () -> Int64

  /// - Parameters:
  ///   - isEngineThere: whether some process has the right to write the copy; nil asks the system.
  ///   - now: Unix seconds of this machine.
  ///   - tell: is told how it goes, a line each.
  package init(
    _ order: ExportOrder, of mirror: Mirror, isEngineThere: (@Sendable () -> Bool)? = nil,
    now: @escaping @Sendable () -> Int64, tell: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    (self.order, self.mirror, self.now, self.tell) = (order, mirror, now, tell)
    let path = mirror.path
    self.isEngineThere = isEngineThere ?? { LockHolder(ofMirrorAt: path) != nil }
  }

  /// Makes the export. Nothing suspends; the task's cancellation ends it, and nothing is left then.
  /// - Throws: `ExportFault`; a fault of the mirror; `CancellationError`.
  package func make() throws -> ExportReport {
    let place = try ExportPlace(order.folder)
    _ = try place.look()
    let tool = order.format == .parquet ? try ParquetTool.find(order.tool, order.environment) : nil
    let draft = try DraftFolder(for: place)
    let content: Content
    do {
      content = try inOneState { snapshot, moment in
        var content = Content(state: snapshot.state, moment: moment, leftOut: leftOut(of: snapshot))
        try write(try tables(of: snapshot), of: snapshot, into: &content, in: draft)
        return content
      }
    } catch let fault as SnapshotFault { throw ExportRun.fault(fault, draft.path) }
    let files = try finish(content, tool, in: draft)
    let manifest = Manifest(
      order: order, state: content.state, moment: content.moment, made: now(), tables: content.tables, files: files,
      leftOut: content.leftOut)
    try write(manifest, in: draft)
    try Task.checkCancellation()
    let remains = try draft.publish(Set(files.map(\.name) + [Manifest.name]))
    return ExportReport(
      path: place.path, tables: content.tables.count, rows: content.tables.reduce(0) { $0 + $1.rows },
      bytes: files.reduce(0) { $0 + $1.bytes }, asOf: manifest.asOf, moment: content.moment, leftOut: content.leftOut,
      remains: remains, json: manifest.json)
  }

  /// What is written while the mirror is read.
  private struct Content {
    var state: ReportSnapshotState
    var moment: RoundMoment
    var leftOut: [String]
    var tables: [Manifest.Table] = []
    var files: [DraftFile.Written] = []
    var database: SnapshotDatabase?
    /// The bytes of the longest line of each table.
    var longest: [String: Int] = [:]
  }

  // MARK: One state

  /// Lends the mirror in a state in which no round is under way, or in whatever state, where that will do after the wait.
  private func inOneState<Value>(_ body: (ReportSnapshot, RoundMoment) throws -> Value) throws -> Value {
    let end = ContinuousClock.now + order.wait
    var isTold = false
    while true {
      let isLate = ContinuousClock.now >= end
      if try isLate || moment(of: mirror.views.lastRound()) != .underWay {
        let value = try mirror.views.snapshot(seeing: order.sight) { snapshot -> Value? in
          let moment = moment(of: snapshot.state.round)
          if moment == .underWay, !(isLate && order.takesUnfinished) {
            guard isLate else { return nil }
            throw ExportFault.failed(
              "a round is under way, and did not end within \(waitWords): what is here now may be half of it. Try again later, wait "
                + "longer (--wait SECONDS), or take it as it is (--unfinished)")
          }
          return try body(snapshot, moment)
        }
        if let value { return value }
      }
      if !isTold { tell("a round is under way: its end is waited for, \(waitWords) at most") }
      isTold = true
      try Task.checkCancellation()
      usleep(20_000)
    }
  }

  private var waitWords: String { "\(order.wait.components.seconds) seconds" }

  private func moment(of round: MirrorStatus.Run?) -> RoundMoment {
    RoundMoment(round, isEngineThere: isEngineThere())
  }

  // MARK: What is exported

  /// - Throws: `ExportFault` for a name that names nothing.
  private func tables(of snapshot: ReportSnapshot) throws -> [ReportTable] {
    if let strange = order.only.first(where: { name in !snapshot.tables.contains { $0.isOf([name]) } }) {
      let of = order.sightName.map { "the sight \($0)" } ?? "the mirror"
      throw ExportFault.refused(
        "--only: \(of) has no type \(strange) with a view; social-mirror status shows the mirror's types")
    }
    return order.only.isEmpty ? snapshot.tables : snapshot.tables.filter { $0.isOf(order.only) }
  }

  private func leftOut(of snapshot: ReportSnapshot) -> [String] {
    guard order.only.isEmpty else { return [] }
    return snapshot.leftOut
  }

  // MARK: Writing

  private func write(
    _ tables: [ReportTable], of snapshot: ReportSnapshot, into content: inout Content, in draft: DraftFolder
  ) throws {
    if order.format == .sqlite {
      let path = "\(draft.path)/\(ExportRun.database)"
      close(try DraftFile.make(path))
      content.database = try SnapshotDatabase(path: path)
    }
    for table in tables {
      let step = ProgressStep(table.name, tell)
      let rows: Int64
      if let database = content.database {
        rows = try database.add(table, from: snapshot) { try step.row() }
        content.tables.append(Manifest.Table(table: table, rows: rows, file: ExportRun.database))
      } else {
        let text: any RowText = order.format == .csv ? CSVText(table: table) : JSONLinesText(table)
        let isText = order.format != .parquet
        let file = try DraftFile("\(table.name).\(isText ? order.format.suffix : ExportFormat.jsonl.suffix)", in: draft)
        try file.add { text.begin(into: &$0) }
        var longest = 0
        try snapshot.rows(of: table) { row in
          longest = max(longest, try file.add { text.append(row, into: &$0) })
          try step.row()
        }
        rows = step.rows
        let written = try file.finish()
        if isText { content.files.append(written) }
        content.longest[table.name] = longest
        content.tables.append(Manifest.Table(table: table, rows: rows, file: "\(table.name).\(order.format.suffix)"))
      }
    }
  }

  /// What is made of the rows when they have been read.
  private func finish(_ content: Content, _ tool: ParquetTool?, in draft: DraftFolder) throws -> [DraftFile.Written] {
    if let tool {
      return try content.tables.map { part in
        try Task.checkCancellation()
        let name = part.table.name
        try tool.convert(part.table, rows: part.rows, longest: content.longest[name] ?? 0, in: draft.path)
        return try DraftFile.adopt("\(name).\(ExportFormat.parquet.suffix)", in: draft)
      }
    }
    guard let database = content.database else { return content.files }
    do { try database.finish(facts(of: content)) } catch let fault as SnapshotFault {
      throw ExportRun.fault(fault, draft.path)
    }
    return [try DraftFile.adopt(ExportRun.database, in: draft)]
  }

  /// What the database says of itself: the manifest has more.
  private func facts(of content: Content) -> [(name: String, value: String?)] {
    let names = Set(content.tables.compactMap(\.table.resourceType))
    return [
      ("program", "social-mirror \(order.version)"), ("schema", "\(content.state.schema)"),
      ("site", content.state.site), ("mirror", "\(content.state.mirror)"), ("sequence", "\(content.state.sequence)"),
      ("as_of", content.state.knownUntil(of: names).map(Manifest.time)), ("round", content.moment.rawValue),
      ("sight", order.sightName), ("removal", Manifest.removal),
    ]
  }

  private func write(_ manifest: Manifest, in draft: DraftFolder) throws(ExportFault) {
    let file = try DraftFile(Manifest.name, in: draft)
    let json = manifest.json
    try file.add { bytes in
      json.encode(into: &bytes, .plain)
      bytes.append(UInt8(ascii: "\n"))
    }
    _ = try file.finish()
  }

  private static let database = "snapshot.sqlite"

  private static func fault(_ fault: SnapshotFault, _ path: String) -> ExportFault {
    fault.isFull ? .full(path, fault.description) : .failed("cannot write \(path)/\(database): \(fault.description)")
  }
}

/// Says how many rows of a table are written, every few seconds, and looks whether the work is to end.
private final class ProgressStep {
  private(set) var rows: Int64 = 0
  private let table: String
  private let tell: (String) -> Void
  private var next = ContinuousClock.now + .seconds(5)

  init(_ table: String, _ tell: @escaping (String) -> Void) { (self.table, self.tell) = (table, tell) }

  func row() throws {
    rows += 1
    guard rows & 0xFF == 0 else { return }
    try Task.checkCancellation()
    guard ContinuousClock.now >= next else { return }
    next = ContinuousClock.now + .seconds(5)
    tell("\(table): \(rows) rows")
  }
}
