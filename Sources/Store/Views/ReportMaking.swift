import GRDB
import JSONAPI
import OpenSocial

/// Makes views, and makes them anew where what was learned of a type is otherwise by now, inside one transaction: whoever reads goes
/// on with those that were there when his own began. One that cannot be made is set aside, and the others are there.
struct ReportMaking {
  /// Grows when views are made otherwise of the same: then all are made anew.
  private static let form = 2
  /// So many views of relationships a type has.
  private static let mostLinks = 200
  /// So many views there are in all: every program that opens the file reads all their statements.
  private static let mostViews = 3_000

  private let db: Database
  private let names: Names
  private let now: Int64
  private var made: [ReportViewRows.Key: ReportViewRows.Made]
  /// The names of what is no view of a type, and those with the names of views that are or were.
  private let foreign: TakenNames
  private var taken: TakenNames
  private var count: Int
  private var renewed = 0

  private init(_ db: Database) throws {
    self.db = db
    names = try Names(db)
    now = try Int64.cachedOne(db, sql: "SELECT CAST(strftime('%s', 'now') AS INTEGER)") ?? 0
    made = try ReportViewRows.made(db)
    let own = Set(made.values.lazy.filter { !$0.definition.isEmpty }.map { $0.name.lowercased() })
    let others = try String.fetchAll(db, sql: "SELECT name FROM sqlite_master").filter {
      !own.contains($0.lowercased())
    }
    foreign = TakenNames(others + reserved)
    taken = TakenNames(others + reserved + made.values.map(\.name))
    count = own.count
  }

  /// Brings all views up to date.
  /// - Returns: how many were made or made anew.
  static func renew(_ db: Database) throws -> Int {
    let stale = try stale(db)
    guard !stale.isEmpty else { return 0 }
    var making = try ReportMaking(db)
    for type in stale { try making.make(type) }
    return making.renewed
  }

  // MARK: What is to be made

  /// A type whose views were made of something else, or never.
  struct Stale {
    var id: Int64
    var name: String
    var entityType: String
    var called: AttributeNames
    /// What its views are to be made of.
    var basis: String
  }

  /// The types whose views are not up to date; nearly always none. The site's description does not say which relationships lead to
  /// many: a type has views once a resource was seen, or it is known that there are none.
  static func stale(_ db: Database) throws -> [Stale] {
    try Row.cachedAll(
      db,
      sql: """
        SELECT t.id, t.name, t.entity_type, t.id_attribute, t.changed_attribute, s.version, v.basis
        FROM type_schema s JOIN resource_type t ON t.id = s.type
        LEFT JOIN report_view v ON v.type = t.id AND v.relationship = ''
        WHERE s.examined > 0 OR EXISTS (SELECT 1 FROM cursor c WHERE c.type = t.id AND c.known_until > 0)
        ORDER BY t.id
        """
    ).compactMap { row -> Stale? in
      let entityType: String = try row.decode(atIndex: 2)
      let serial = try row.decode(String?.self, atIndex: 3)
      let changed = try row.decode(String?.self, atIndex: 4)
      let version = try row.decode(Int64.self, atIndex: 5)
      let basis = "\(form) \(version) \(entityType) \(serial ?? "-") \(changed ?? "-")"
      guard try row.decode(String?.self, atIndex: 6) != basis else { return nil }
      return Stale(
        id: try row.decode(atIndex: 0), name: try row.decode(atIndex: 1), entityType: entityType,
        called: AttributeNames(serial: serial, changed: changed), basis: basis)
    }
  }

  // MARK: Making

  private mutating func make(_ stale: Stale) throws {
    guard let schema = try SchemaLearner.read(stale.id, db)?.schema else { return }
    let type = ReportedType(name: stale.name, entityType: stale.entityType, schema: schema, called: stale.called)
    let view = try row(stale.id, "", named: ReportNames.view(of: type.name))
    let wanted = type.columns
    let known = try ReportViewRows.places(view.id, db)
    let places = ReportPlan.places(known, wanted: wanted)
    if places != known { try ReportViewRows.save(places, view.id, db) }
    let links = type.links.prefix(ReportMaking.mostLinks)
    let sql = ReportSQL(
      type: stale.id, fields: try numbers(places, Array(links)), names: stale.called, entityType: stale.entityType)
    try put(view, sql.select(places.filter(\.isShown).map(\.column)), schema.words?.title, stale.name)
    for link in links {
      let own = try row(stale.id, link.name, named: ReportNames.link(link.name, of: view.name))
      try put(own, sql.link(link.name), link.words?.title, stale.name)
    }
    try remove(of: stale.id, but: Set(links.map(\.name)))
    try db.run(sql: "UPDATE report_view SET basis = ? WHERE id = ?", arguments: [stale.basis, view.id])
    let isShort = wanted.count > ReportPlan.mostColumns || type.links.count > links.count || type.unnamed > 0
    try note(
      isShort, "columns", of: stale.name, "it has fields that no view shows",
      "mirror_columns names those without a column; documents have them all")
  }

  /// The row of a view, with a name that nothing else has.
  private mutating func row(
    _ type: Int64, _ relationship: String, named wanted: String
  ) throws -> ReportViewRows.Made {
    let key = ReportViewRows.Key(type: type, relationship: relationship)
    if var view = made[key] {
      // Something new has taken its name while it was not there.
      if foreign.contains(view.name) { view.name = taken.take(wanted) }
      return view
    }
    let view = try ReportViewRows.add(key, name: taken.take(wanted), db)
    made[key] = view
    return view
  }

  /// The numbers that stand for the names of fields whose columns are read from other tables.
  private func numbers(_ places: [ReportPlan.Place], _ links: [TypeSchema.Field]) throws -> [String: Int64] {
    var numbers: [String: Int64] = [:]
    for place in places where place.isShown {
      switch place.column.part {
      case .text, .target, .targetType: numbers[place.column.field] = try names.field(place.column.field)
      case .id, .serial, .value, .format, .html, .summary: break
      }
    }
    for link in links { numbers[link.name] = try names.field(link.name) }
    return numbers
  }

  /// Makes a view where it is not there as it is to be.
  private mutating func put(
    _ view: ReportViewRows.Made, _ select: String, _ label: String?, _ type: String
  ) throws {
    let name = ReportSQL.quoted(view.name)
    let definition = "CREATE VIEW \(name) AS\n\(select)"
    if definition == view.definition, label == view.label { return }
    var view = view
    view.label = label
    if definition != view.definition {
      let wasThere = !view.definition.isEmpty
      if wasThere { try db.execute(sql: "DROP VIEW IF EXISTS \(name)") }
      count -= wasThere ? 1 : 0
      let fault = count < ReportMaking.mostViews ? try create(name, definition) : "there are too many views"
      view.definition = fault == nil ? definition : ""
      count += fault == nil ? 1 : 0
      renewed += 1
      try note(
        fault != nil, "view \(view.name)", of: type, "no view could be made: \(fault ?? "")",
        "the view resources has its documents; please report it")
    }
    try ReportViewRows.save(view, db)
  }

  /// - Returns: SQLite's words where the view could not be made; then nothing of it is there.
  private func create(_ name: String, _ definition: String) throws -> String? {
    do {
      try db.inSavepoint {
        try db.execute(sql: definition)
        // SQLite looks whether all is there only when it is used.
        _ = try db.makeStatement(sql: "SELECT * FROM \(name)")
        return .commit
      }
      return nil
    } catch let error as DatabaseError where error.resultCode == .SQLITE_ERROR {
      return error.message ?? "\(error)"
    }
  }

  /// Removes the views of relationships that a type no longer has, or to one only.
  private mutating func remove(of type: Int64, but kept: Set<String>) throws {
    for (key, view) in made where key.type == type && !key.relationship.isEmpty && !kept.contains(key.relationship) {
      if view.definition.isEmpty { continue }
      try db.execute(sql: "DROP VIEW IF EXISTS \(ReportSQL.quoted(view.name))")
      var view = view
      view.definition = ""
      try ReportViewRows.save(view, db)
      count -= 1
    }
  }

  /// Names something that is not as it should be, or takes that back.
  private func note(_ isSo: Bool, _ subject: String, of type: String, _ reason: String, _ advice: String) throws {
    if isSo {
      let thing = SetAside(.field, type: type, subject: subject, reason: reason, advice: advice, at: now)
      return try SetAsideRows.note([thing], db)
    }
    try db.run(
      sql: "DELETE FROM set_aside WHERE kind = ? AND type = ? AND subject = ?",
      arguments: [SetAside.Kind.field.rawValue, type, subject])
  }
}

/// Names that are the mirror's own before there is anything of that name, in the file, in exports or in PostgreSQL.
private let reserved = [
  "search", "identity_by_shown", "resource_by_shown_changed", "mirror_snapshot", "mirror_publication",
]
