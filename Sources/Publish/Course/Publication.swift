import Foundation

/// What stands in a copy about itself, in one row of its table `mirror_publication`: written in the transaction of the rows that it speaks
/// for.
package struct Publication: Sendable, Hashable {
  /// The name of the copy, made when it was first loaded.
  package var id: String
  /// The word of its last step, which its mirror knows (`Views.marks`).
  package var mark: String
  /// The number of the mirror's change up to which all is there.
  package var sequence: Int64
  /// The base URL of the site.
  package var site: String
  /// By which form of the program it was made (`PublishPlan.form`).
  package var form: Int
  /// The tables that were made.
  package var tables: [PublishedTable]

  /// A word that nobody guesses and nobody else has.
  static func word() -> String { UUID().uuidString.lowercased().replacing("-", with: "") }
}

/// The tables of a schema that are about the copy itself.
struct PublicationTables {
  let connection: PostgresConnection
  let schema: String
  private var sql: TableSQL { TableSQL(schema: schema) }

  /// Which state of the mirror stands there.
  struct State {
    /// The site's Unix seconds up to which all is there.
    var asOf: Int64?
    /// Whether it is that of a round that has ended.
    var isWhole: Bool
  }

  static let publication = "mirror_publication"
  static let columns = "mirror_columns"
  /// The names that no view's table can have.
  static let names: Set<String> = [publication, columns]

  init(_ connection: PostgresConnection, _ schema: String) { (self.connection, self.schema) = (connection, schema) }

  /// What stands there, and whether there is anything else.
  /// - Throws: `PublishRefusal` where it cannot be understood; a `PostgresFault`.
  func read() throws -> (publication: Publication?, isTaken: Bool) {
    let name = TableSQL.literal(TableSQL.name(schema))
    let place = TableSQL.literal(sql.place(PublicationTables.publication))
    guard try connection.value("SELECT to_regclass(\(place))") != nil else {
      let count = try connection.value("SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace(\(name))")
      return (nil, count != "0")
    }
    let rows = try connection.rows(
      "SELECT publication, mark, sequence, site, form, tables FROM \(sql.place(PublicationTables.publication))")
    guard rows.count == 1, rows[0].count == 6, case let values = rows[0].compactMap({ $0 }), values.count == 6,
      let sequence = Int64(values[2]), let form = Int(values[4]),
      let tables = try? JSONDecoder().decode([PublishedTable].self, from: Data(values[5].utf8))
    else {
      throw PublishRefusal(
        "\(schema).\(PublicationTables.publication) is not as this program left it; drop the schema, and it is made anew"
      )
    }
    let publication = Publication(
      id: values[0], mark: values[1], sequence: sequence, site: values[3], form: form, tables: tables)
    return (publication, true)
  }

  /// Makes the tables, empty.
  func make() throws {
    try connection.run(
      """
      CREATE TABLE \(sql.place(PublicationTables.publication)) (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), publication text NOT NULL, mark text NOT NULL,
        sequence bigint NOT NULL, site text NOT NULL, form integer NOT NULL, as_of timestamp with time zone, whole boolean NOT NULL,
        published timestamp with time zone NOT NULL, tables text NOT NULL);
      COMMENT ON TABLE \(sql.place(PublicationTables.publication)) IS
        'What this schema is a copy of: as_of is the time of the site up to which all is there, whole is whether no round was under way';
      CREATE TABLE \(sql.place(PublicationTables.columns)) (
        view text NOT NULL, "column" text NOT NULL, type text NOT NULL, field text NOT NULL, label text, path text,
        PRIMARY KEY (view, "column"));
      COMMENT ON TABLE \(sql.place(PublicationTables.columns)) IS 'What the columns of this schema show'
      """)
  }

  /// Writes what there is from now on.
  func write(_ publication: Publication, _ state: State) throws {
    let tables = String(decoding: try JSONEncoder().encode(publication.tables), as: UTF8.self)
    let texts = [publication.id, publication.mark, "\(publication.sequence)", publication.site, "\(publication.form)"]
    let values = texts.map(TableSQL.literal).joined(separator: ", ")
    try connection.run(
      """
      DELETE FROM \(sql.place(PublicationTables.publication));
      INSERT INTO \(sql.place(PublicationTables.publication))
        (publication, mark, sequence, site, form, as_of, whole, published, tables)
      SELECT v[1], v[2], v[3]::bigint, v[4], v[5]::integer, \(PublicationTables.time(state.asOf)), \(state.isWhole), now(),
        \(TableSQL.literal(tables))
      FROM (SELECT ARRAY[\(values)]::text[]) AS given (v)
      """)
  }

  /// Nothing has changed but the time up to which that is known.
  func write(_ state: State) throws {
    try connection.run(
      """
      UPDATE \(sql.place(PublicationTables.publication)) SET as_of = \(PublicationTables.time(state.asOf)), whole = \(state.isWhole),
        published = now()
      """)
  }

  /// Writes what the columns show.
  func write(columnsOf tables: [PublishedTable]) throws {
    let place = sql.place(PublicationTables.columns)
    try connection.run("DELETE FROM \(place)")
    for table in tables {
      let rows = table.columns.map { column in
        let path = column.source.split(separator: " ", maxSplits: 1).last.map(String.init) ?? ""
        let label = column.label.map(TableSQL.literal) ?? "NULL"
        let texts = [table.name, column.name, column.kind, column.field].map(TableSQL.literal)
        return "(\((texts + [label, TableSQL.literal(path)]).joined(separator: ", ")))"
      }
      if rows.isEmpty { continue }
      try connection.run("INSERT INTO \(place) VALUES \(rows.joined(separator: ",\n")) ON CONFLICT DO NOTHING")
    }
  }

  private static func time(_ seconds: Int64?) -> String { seconds.map { "to_timestamp(\($0))" } ?? "NULL" }
}
