import Store

/// The statements about tables of one schema. Names of views are plain (`ReportNames`) and quoted all the same; words of the site stand in
/// literals.
struct TableSQL {
  /// The schema.
  var schema: String

  /// A name as an identifier.
  static func name(_ text: String) -> String { "\"\(text.replacing("\"", with: "\"\""))\"" }

  /// A text as a literal, with `standard_conforming_strings`; what a text of PostgreSQL cannot hold is left out.
  static func literal(_ text: String) -> String {
    "'\(text.replacing("\0", with: "").replacing("'", with: "''"))'"
  }

  /// A table with its schema.
  func place(_ table: String) -> String { "\(TableSQL.name(schema)).\(TableSQL.name(table))" }

  /// The type of a column. Ids are compared byte by byte, as the mirror does.
  static func type(_ column: PublishedTable.Column) -> String {
    switch ReportColumn.Kind(rawValue: column.kind) {
    case .integer: return "bigint"
    case .real: return "double precision"
    case .boolean: return "boolean"
    case .time: return "timestamp with time zone"
    case .json: return "jsonb"
    case .text, nil: return isID(column) ? "text COLLATE \"C\"" : "text"
    }
  }

  private static func isID(_ column: PublishedTable.Column) -> Bool {
    let part = column.source.prefix { $0 != " " }
    return ["id", "target_id", "target_type", "target", "targetType"].contains(part)
  }

  /// Makes a table, without keys and indexes: rows go in faster.
  func make(_ table: PublishedTable) -> String {
    let columns = table.columns.map { column in
      "\(TableSQL.name(column.name)) \(TableSQL.type(column))" + (table.key.contains(column.name) ? " NOT NULL" : "")
    }
    return "CREATE TABLE \(place(table.name)) (\(columns.joined(separator: ", ")))"
  }

  /// Its key and indexes.
  func index(_ table: PublishedTable) -> [String] {
    let key = table.key.map(TableSQL.name).joined(separator: ", ")
    return ["ALTER TABLE \(place(table.name)) ADD PRIMARY KEY (\(key))"]
      + table.indexed.map { "CREATE INDEX ON \(place(table.name)) (\(TableSQL.name($0)))" }
  }

  /// What the site calls the table and its columns.
  func comments(_ table: PublishedTable) -> String {
    let what = table.relationship.map { "\(table.type), relationship \($0)" } ?? table.type
    let whole = [what, table.label].compactMap { $0 }.joined(separator: ": ")
    var comments = ["COMMENT ON TABLE \(place(table.name)) IS \(TableSQL.literal(whole))"]
    for column in table.columns where column.label != nil {
      comments.append(
        "COMMENT ON COLUMN \(place(table.name)).\(TableSQL.name(column.name)) IS \(TableSQL.literal(column.label ?? ""))"
      )
    }
    return comments.joined(separator: ";\n")
  }

  /// Takes rows in PostgreSQL's text format.
  func copy(into table: PublishedTable) -> String {
    "COPY \(place(table.name)) (\(columns(table))) FROM STDIN"
  }

  /// Takes the rows of some ids out.
  func delete(_ ids: some Collection<String>, from table: PublishedTable) -> String {
    let list = ids.map(TableSQL.literal).joined(separator: ", ")
    return "DELETE FROM \(place(table.name)) WHERE id = ANY (ARRAY[\(list)]::text[] COLLATE \"C\")"
  }

  /// The names of the columns.
  func columns(_ table: PublishedTable) -> String {
    table.columns.map { TableSQL.name($0.name) }.joined(separator: ", ")
  }
}
