import Store

/// What could not be published as it is, by table and id, to be named in the mirror's `status`.
struct PublishFindings {
  /// So many are named; the others are counted.
  private static let most = 1_000
  /// What the subjects of such things begin with.
  static let beginning = "published "

  /// What tells one from all others.
  struct Key: Hashable {
    var type: String
    var subject: String
  }

  /// What was found in this pass.
  private(set) var found: [Key: SetAside] = [:]
  /// How many more there were.
  private(set) var more = 0
  /// What is known from before.
  private var known: [Key: SetAside] = [:]
  private var seen: Set<Key> = []
  private let now: Int64

  init(known: [SetAside] = [], at now: Int64) {
    self.now = now
    for thing in known { self.known[Key(type: thing.type, subject: thing.subject)] = thing }
  }

  private static func key(_ table: PublishedTable, _ id: String) -> Key {
    Key(type: table.type, subject: "\(beginning)\(table.name) \(id)")
  }

  /// A value is odd.
  mutating func add(_ table: PublishedTable, _ id: String, column: Int, _ oddity: ValueOddity) {
    let name = table.columns.indices.contains(column) ? table.columns[column].name : "?"
    note(
      table, id, "the value of \(name) \(oddity.rawValue)", advice: "correct it at the site; the mirror has it as it is"
    )
  }

  /// A row was refused.
  mutating func add(_ table: PublishedTable, _ row: RefusedRow) {
    note(
      table, row.id, "PostgreSQL refused the row (\(row.state)), and it is not there",
      advice: "the mirror has it; please report it")
  }

  private mutating func note(_ table: PublishedTable, _ id: String, _ reason: String, advice: String) {
    let key = PublishFindings.key(table, id)
    guard found.count < PublishFindings.most || found[key] != nil else {
      more += 1
      return
    }
    found[key] = SetAside(
      .field, type: table.type, subject: key.subject, reason: reason, advice: advice, at: now)
  }

  /// All rows of a table are read anew.
  mutating func reread(_ table: PublishedTable) {
    if known.isEmpty { return }
    let beginning = PublishFindings.key(table, "").subject
    seen.formUnion(known.keys.filter { $0.type == table.type && $0.subject.hasPrefix(beginning) })
  }

  /// The rows of some ids are read anew, or gone.
  mutating func reread(_ table: PublishedTable, _ ids: [String]) {
    if known.isEmpty { return }
    for id in ids {
      let key = PublishFindings.key(table, id)
      if known[key] != nil { seen.insert(key) }
    }
  }

  /// What was odd and is in order now.
  var inOrder: [SetAside] { seen.filter { found[$0] == nil }.compactMap { known[$0] } }
}
