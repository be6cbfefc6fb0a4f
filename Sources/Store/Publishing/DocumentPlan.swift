import JSONAPI

/// How all rows of a view are read with one pass over each document, where the view itself looks each column up in it: that is what most
/// of the time of reading a view goes into.
///
/// A column is read so where the view's statement has exactly the expression that `DocumentRow` knows the values of, and by the statement
/// else.
struct DocumentPlan {
  /// Where a column's value comes from.
  enum Place: Hashable {
    /// A column of the statement.
    case statement(Int32)
    /// One of the values that are found in the document.
    case document(Int)
  }

  /// The places of the view's columns.
  private(set) var places: [Place] = []
  /// The ways to the values in the document, and what they are.
  private(set) var paths: [StoredColumns.Path] = []
  private(set) var kinds: [ReportColumn.Kind] = []
  /// The statement: first the document, null where it is damaged, and the resource's number; then the columns that do not stand in it.
  /// `?1` is the type's number.
  let sql: String

  private static let beginning = "SELECT\n"

  /// - Parameter select: the view's statement (`ReportSQL.select`).
  /// - Returns: nil where nothing is gained, or the statement is one of another form.
  init?(_ view: ReportView, _ select: String) {
    guard select.hasPrefix(DocumentPlan.beginning) else { return nil }
    let bytes = Array(select.utf8)
    var cursor = DocumentPlan.beginning.utf8.count
    var columns = [#""-document""#, #""-id""#]
    for column in view.columns {
      let name = ReportSQL.quoted(column.name)
      guard let end = bytes[cursor...].firstRange(of: Array(" AS \(name)".utf8)) else { return nil }
      let expression = bytes[cursor..<end.lowerBound]
      if let path = DocumentPlan.path(of: column, expression) {
        places.append(.document(paths.count))
        paths.append(path)
        kinds.append(column.kind)
      } else {
        places.append(.statement(Int32(columns.count)))
        columns.append(name)
      }
      // A comma and the end of the line.
      cursor = min(end.upperBound + 2, bytes.count)
    }
    guard !paths.isEmpty else { return nil }
    // SQLite puts the inner statement into the outer one: columns that are not asked for cost nothing.
    sql = """
      SELECT \(columns.joined(separator: ", ")) FROM (
      SELECT
        r.document AS "-document", r.id AS "-id",
      \(select.dropFirst(DocumentPlan.beginning.count)) AND r.type = ?1)
      """
  }

  private static func path(of column: ReportColumn, _ expression: ArraySlice<UInt8>) -> StoredColumns.Path? {
    // SQLite reads fractions in its own way.
    guard column.kind != .real, let attribute = plain(column.field),
      expression.elementsEqual("  \(ReportSQL.inDocument(column))".utf8)
    else { return nil }
    guard let property = column.property else { return StoredColumns.Path(attribute) }
    return plain(property).map { StoredColumns.Path(attribute, $0) }
  }

  /// A name as documents write it, where that is without escapes.
  private static func plain(_ name: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    JSON.encodeContent(name, into: &bytes, .site)
    return bytes.isEmpty || bytes.contains(0x5C) ? nil : bytes
  }
}
