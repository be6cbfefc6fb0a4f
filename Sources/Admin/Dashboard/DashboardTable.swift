import Coding

/// A table, which on narrow screens becomes a list of cards: each cell has its column's name with it then. Roles are written down, since
/// browsers forget them with that form.
package struct DashboardTable: Sendable {
  /// A column.
  package struct Column: Sendable {
    /// What stands above it.
    package var label: String
    /// Whether it holds numbers, which stand to the right.
    package var isNumber: Bool

    /// A column of texts.
    package init(_ label: String, isNumber: Bool = false) {
      self.label = label
      self.isNumber = isNumber
    }
  }

  private let caption: String
  private let columns: [Column]
  private let rows: [[HTML]]

  /// - Parameters:
  ///   - caption: what it is.
  ///   - rows: cells in the order of the columns; the first of each names the row. What is beyond the columns is left out.
  package init(_ caption: String, _ columns: [Column], _ rows: [[HTML]]) {
    self.caption = caption
    self.columns = columns
    self.rows = rows
  }

  /// As it is sent.
  package var html: HTML {
    let heads = columns.map { column -> HTML in
      "<th role=\"columnheader\" scope=\"col\"\(mark(column))>\(column.label)</th>"
    }
    return """
      <table role="table">
      <caption>\(caption)</caption>
      <thead role="rowgroup"><tr role="row">\(HTML(heads))</tr></thead>
      <tbody role="rowgroup">
      \(HTML(rows.map(row)))</tbody>
      </table>

      """
  }

  private func row(_ cells: [HTML]) -> HTML {
    let parts = zip(columns, cells).enumerated().map { index, cell -> HTML in
      let (column, content) = cell
      return index == 0
        ? "<th role=\"rowheader\" scope=\"row\">\(content)</th>"
        : "<td role=\"cell\" data-label=\"\(column.label)\"\(mark(column))><span>\(content)</span></td>"
    }
    return "<tr role=\"row\">\(HTML(parts))</tr>\n"
  }

  private func mark(_ column: Column) -> HTML { column.isNumber ? " class=\"number\"" : "" }
}
