import Logging
import Store

/// What a pass did.
package struct PublishReport: Sendable, Hashable {
  /// Whether all was loaded; else the copy followed.
  package var isLoad = false
  /// Rows that were written, of all tables.
  package var rows: Int64 = 0
  /// Tables that were made, or changed.
  package var tables = 0
  /// Rows and values that could not be published as they are.
  package var odd = 0
  /// The number of the mirror's change up to which all is there.
  package var sequence: Int64 = 0
  /// Whether nothing was done, for a round is under way, and half of one is not published.
  package var waitsForRound = false
  /// Whether nothing was to be done.
  package var isIdle: Bool { !waitsForRound && !isLoad && rows == 0 && tables == 0 }
}

/// Makes a copy what the mirror is: one snapshot of the mirror, one transaction of PostgreSQL, in which the position stands with the rows
/// that it speaks for. Whatever ends it, at whatever place, leaves the copy as it was.
final class PublishPass {
  let connection: PostgresConnection
  let mirror: Mirror
  /// The tables as all may read them.
  let sql: TableSQL
  let logger: Logger
  let sender: PieceSender
  /// Whether it is done while a round is under way, too.
  let takesHalves: Bool
  var findings: PublishFindings
  var report = PublishReport()

  init(
    _ connection: PostgresConnection, _ mirror: Mirror, schema: String, takesHalves: Bool, logger: Logger, at now: Int64
  ) throws {
    self.connection = connection
    self.mirror = mirror
    self.logger = logger
    self.takesHalves = takesHalves
    sql = TableSQL(schema: schema)
    sender = PieceSender(connection)
    findings = PublishFindings(
      known: try mirror.views.setAside(startingWith: PublishFindings.beginning), at: now)
  }

  /// What is ready to be committed.
  private struct Ready {
    var publication: Publication
    var state: PublicationTables.State
  }

  /// Does it.
  /// - Throws: a `PostgresFault`, after which the connection is of no more use; `PublishRefusal`; a fault of the mirror.
  func run() throws -> PublishReport {
    while try mirror.views.fillPlainTexts() { try Task.checkCancellation() }
    try mirror.views.renew()
    let (copy, isTaken) = try PublicationTables(connection, sql.schema).read()
    let marks = try copy.map { try mirror.views.marks(of: $0.id) } ?? []
    let ready: Ready?
    do {
      ready = try mirror.views.snapshotToPublish { try prepare($0, copy, isTaken: isTaken, marks) }
    } catch {
      sender.abandon()
      throw error
    }
    guard let ready else { return report }
    // The mirror knows the word before the copy has it, and knows the one before for as long as this may fail. What is published is on
    // the mirror's disk by then.
    let known = report.isLoad ? [] : [copy?.mark].compactMap { $0 }
    try mirror.views.note(known + [ready.publication.mark], of: ready.publication.id)
    try PublicationTables(connection, sql.schema).write(ready.publication, ready.state)
    try connection.run("COMMIT")
    if report.isLoad, let former = copy?.id { try mirror.views.forget(publication: former) }
    report.odd = findings.found.count + findings.more
    try mirror.views.setAside(Array(findings.found.values), takingBack: findings.inOrder)
    return report
  }

  private func prepare(
    _ snapshot: ViewSnapshot, _ copy: Publication?, isTaken: Bool, _ marks: [String]
  ) throws -> Ready? {
    // A round that was cut off, and nobody goes on with, is not waited for.
    let isHalf = snapshot.isRoundUnderWay && LockHolder(ofMirrorAt: mirror.path) != nil
    guard !isHalf || takesHalves else {
      report.waitsForRound = true
      return nil
    }
    guard !snapshot.siteBaseURL.isEmpty, !snapshot.views.isEmpty else {
      throw PublishRefusal("the mirror has nothing to publish yet; social-mirror sync fills it")
    }
    let state = PublicationTables.State(asOf: snapshot.asOf, isWhole: !snapshot.isRoundUnderWay)
    let tables = wanted(snapshot)
    let facts = PublishPlan.Facts(
      last: snapshot.last, keptFrom: snapshot.keptFrom, site: snapshot.siteBaseURL, marks: marks, tables: tables)
    report.sequence = snapshot.last
    let id: String
    switch try PublishPlan(copy, isTaken: isTaken, schema: sql.schema, facts) {
    case .nothing:
      try PublicationTables(connection, sql.schema).write(state)
      return nil
    case .follow(let changes):
      guard let copy else { return nil }
      id = copy.id
      try connection.run("BEGIN")
      try follow(snapshot, copy, changes, tables)
    case .load(let reason):
      id = Publication.word()
      report.isLoad = true
      if let reason {
        logger.warning("the copy in the schema \(sql.schema) is loaded anew: \(reason)")
      }
      try connection.run("BEGIN")
      try load(snapshot, tables, before: copy)
    }
    let publication = Publication(
      id: id, mark: Publication.word(), sequence: snapshot.last, site: snapshot.siteBaseURL, form: PublishPlan.form,
      tables: tables)
    return Ready(publication: publication, state: state)
  }

  /// The tables that there are to be; none that has a name of the copy's own.
  private func wanted(_ snapshot: ViewSnapshot) -> [PublishedTable] {
    snapshot.views.flatMap(PublishedTable.tables).filter { !PublicationTables.names.contains($0.name) }
  }

  // MARK: Rows

  /// Brings all rows of a view into a table.
  func fill(_ table: PublishedTable, _ sql: TableSQL, _ snapshot: ViewSnapshot) throws {
    findings.reread(table)
    try write(table, sql) { writer in try snapshot.rows(of: table.name) { try writer.add($0) } }
  }

  /// Brings the rows of some resources into a table from which they were taken out.
  func fill(_ table: PublishedTable, _ changed: ViewChanges.OfType, _ snapshot: ViewSnapshot) throws {
    findings.reread(table, changed.ids)
    try connection.run(sql.delete(changed.ids, from: table))
    if changed.resources.isEmpty { return }
    try write(table, sql) { writer in
      try snapshot.rows(of: table.name, resources: changed.resources) { try writer.add($0) }
    }
  }

  private func write(_ table: PublishedTable, _ sql: TableSQL, _ body: (TableWriter) throws -> Void) throws {
    let writer = TableWriter(table, sql, sender, findings)
    try body(writer)
    try writer.finish()
    findings = writer.findings
    report.rows += writer.rows
  }
}
