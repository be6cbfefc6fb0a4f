import JSONAPI

/// Compiles the filter, sort and page of a collection request to SQL over the mirror (reference 3.2 to 3.5). Every value and
/// every JSON path that came from a client is a bound argument.
package struct QueryCompiler {
  private let snapshot: ReadSnapshot
  private let type: ServedType
  private let schema: TypeSchema?
  private var arguments: [QueryArgument] = []
  private var aliases = 0
  /// Whether a relationship is compiled to its first target's value, for a sort, and not to a condition.
  private var isSorting = false

  /// Compiles one request; the query gives one row more than the page holds when more follow.
  /// - Throws: `QueryParameterError` in the site's words for a path that the type does not have; a fault of the mirror.
  package static func compile(
    _ parameters: QueryParameters, for type: ServedType, in snapshot: ReadSnapshot
  ) throws -> CompiledQuery {
    let isPlain = parameters.filter.isEmpty && parameters.sort.isEmpty
    var compiler = QueryCompiler(
      snapshot: snapshot, type: type, schema: isPlain ? nil : try snapshot.schema(of: type))
    return try compiler.query(parameters)
  }

  private init(snapshot: ReadSnapshot, type: ServedType, schema: TypeSchema?) {
    self.snapshot = snapshot
    self.type = type
    self.schema = schema
  }

  private mutating func query(_ parameters: QueryParameters) throws -> CompiledQuery {
    var condition = "r.type = \(bind(.integer(type.id)))"
    if !parameters.filter.isEmpty, schema != nil {
      condition += " AND \(try node(parameters.filter.root))"
    }
    let order = try schema == nil ? "r.internal_id" : self.order(parameters.sort)
    let limit = bind(.integer(Int64(parameters.page.limit + 1)))
    let offset = bind(.integer(Int64(parameters.page.offset)))
    return CompiledQuery(
      sql:
        "SELECT \(ReadSnapshot.columns) FROM resource r WHERE \(condition) ORDER BY \(order) LIMIT \(limit) OFFSET \(offset)",
      arguments: arguments)
  }

  private mutating func bind(_ argument: QueryArgument) -> String {
    arguments.append(argument)
    return "?\(arguments.count)"
  }

  private mutating func node(_ node: Filter.Node) throws -> String {
    switch node {
    case .condition(_, let condition): return try self.condition(condition)
    case .group(_, let conjunction, let members):
      guard !members.isEmpty else { return "1" }
      let parts = try members.map { try self.node($0) }
      return "(\(parts.joined(separator: conjunction == .and ? " AND " : " OR ")))"
    }
  }

  private mutating func condition(_ condition: FilterCondition) throws -> String {
    let path = condition.path
    if condition.comparison == .isNull {
      // Where a relationship has no target there is no row to find the null in.
      var filled = condition
      filled.comparison = .isNotNull
      return "NOT (\(try self.condition(filled)))"
    }
    return try resolve(path.parts[...], path: path.rawValue, row: "r", schema: schema) { compiler, operand in
      compiler.comparison(operand, condition)
    }
  }

  /// What a path leads to: an SQL expression and how its values compare.
  private struct Operand {
    var expression: String
    var kind: TypeSchema.Kind
    var isUUID = false
  }

  /// Follows a path from a row and gives the SQL that holds when what it leads to fulfils `leaf`.
  private mutating func resolve(
    _ parts: ArraySlice<String>, path: String, row: String, schema: TypeSchema?,
    _ leaf: (inout QueryCompiler, Operand) throws -> String
  ) throws -> String {
    guard let first = parts.first else { throw QueryParameterError.noFieldName }
    let rest = parts.dropFirst()
    if rest.isEmpty {
      switch first {
      case "id":
        return try leaf(
          &self, Operand(expression: "(SELECT uuid FROM identity WHERE id = \(row).id)", kind: .text, isUUID: true))
      case "changed": return try leaf(&self, Operand(expression: "\(row).changed", kind: .number))
      default: break
      }
    }
    guard let schema else { return "0" }
    if let kind = schema.attribute(first) {
      if rest.isEmpty, first.hasPrefix("drupal_internal__"),
        first
          == schema.attributes.first(where: {
            $0.name.hasPrefix("drupal_internal__")
          })?.name
      {
        return try leaf(&self, Operand(expression: "\(row).internal_id", kind: .number))
      }
      return try leaf(&self, attribute(first, rest, kind: kind, row: row))
    }
    if schema.relationships.contains(first) {
      return try relationship(first, rest, path: path, row: row, leaf)
    }
    throw QueryParameterError(
      "Invalid nested filtering. The field `\(first)`, given in the path `\(path)`, does not exist.")
  }

  private mutating func attribute(
    _ name: String, _ rest: ArraySlice<String>, kind: TypeSchema.Kind, row: String
  ) -> Operand {
    var jsonPath = "$.attributes.\"\(name)\""
    for part in rest {
      jsonPath += Int(part).map { "[\($0)]" } ?? ".\"\(part.filter { $0 != "\"" })\""
    }
    let value = "json_extract(\(row).document, \(bind(.text(jsonPath))))"
    switch kind {
    case .time where rest.isEmpty: return Operand(expression: "unixepoch(\(value))", kind: .number)
    case .object, .array: return Operand(expression: value, kind: .null)
    default: return Operand(expression: value, kind: kind)
    }
  }

  private mutating func relationship(
    _ name: String, _ rest: ArraySlice<String>, path: String, row: String,
    _ leaf: (inout QueryCompiler, Operand) throws -> String
  ) throws -> String {
    aliases += 1
    let link = "l\(aliases)"
    let target = "t\(aliases)"
    let field = bind(.text(name))
    var rest = rest
    var from = "relationship \(link)"
    var condition = "\(link).source = \(row).id AND \(link).field = (SELECT id FROM field WHERE name = \(field))"
    if let delta = rest.first.flatMap({ Int64($0) }) {
      condition += " AND \(link).delta = \(bind(.integer(delta)))"
      rest = rest.dropFirst()
    }
    var targetType: ServedType?
    if let explicit = rest.first, explicit == "entity" || explicit.hasPrefix("entity:") {
      rest = rest.dropFirst()
      if explicit.contains("--") { targetType = try snapshot.type(name: String(explicit.dropFirst("entity:".count))) }
    }
    let inner: String
    if rest.isEmpty {
      inner = try leaf(&self, Operand(expression: "\(link).target_type", kind: .null))
    } else if Array(rest) == ["id"] {
      let uuid = "(SELECT uuid FROM identity WHERE id = \(link).target)"
      inner = try leaf(&self, Operand(expression: uuid, kind: .text, isUUID: true))
    } else {
      from += " JOIN resource \(target) ON \(target).id = \(link).target"
      if Array(rest) == ["meta", "drupal_internal__target_id"] {
        inner = try leaf(&self, Operand(expression: "\(target).internal_id", kind: .number))
      } else {
        if targetType == nil { targetType = try snapshot.targetType(of: name, sourceType: type) }
        let schema = try targetType.flatMap { try snapshot.schema(of: $0) }
        inner = try resolve(rest, path: path, row: target, schema: schema, leaf)
      }
    }
    return isSorting
      ? "(SELECT \(inner) FROM \(from) WHERE \(condition) ORDER BY \(link).delta LIMIT 1)"
      : "EXISTS (SELECT 1 FROM \(from) WHERE \(condition) AND \(inner))"
  }
}

extension QueryCompiler {
  private mutating func comparison(_ operand: Operand, _ condition: FilterCondition) -> String {
    let left = operand.expression
    let values = condition.values
    func first() -> String { values.first ?? "" }
    switch condition.comparison {
    case .isNull, .isNotNull: return "\(left) IS NOT NULL"
    case .contains: return like("%\(escaped(first()))%", operand)
    case .startsWith: return like("\(escaped(first()))%", operand)
    case .endsWith: return like("%\(escaped(first()))", operand)
    case .in, .notIn:
      let list = values.map { bound($0, operand) }.joined(separator: ", ")
      return "\(text(operand)) \(condition.comparison.rawValue) (\(list))"
    case .between, .notBetween:
      guard values.count == 2 else { return "0" }
      return
        "\(text(operand)) \(condition.comparison.rawValue) \(bound(values[0], operand)) AND \(bound(values[1], operand))"
    case .equal, .notEqual, .greater, .greaterOrEqual, .less, .lessOrEqual:
      return "\(text(operand)) \(condition.comparison.rawValue) \(bound(first(), operand))"
    }
  }

  /// The left side: text compares as the site's collation does, as far as SQLite has it.
  private func text(_ operand: Operand) -> String {
    operand.kind == .text && !operand.isUUID ? "\(operand.expression) COLLATE NOCASE" : operand.expression
  }

  private mutating func bound(_ value: String, _ operand: Operand) -> String {
    if operand.isUUID { return ResourceUUID(value).map { bind(.uuid($0)) } ?? bind(.text(value)) }
    switch operand.kind {
    case .text: return bind(.text(value))
    case .number, .bool, .null, .time, .array, .object:
      // Values come as text and are compared by the column's kind (reference 3.2).
      if let whole = Int64(value) { return bind(.integer(whole)) }
      if operand.kind == .number, let real = Double(value) { return bind(.real(real)) }
      return bind(.text(value))
    }
  }

  private mutating func like(_ pattern: String, _ operand: Operand) -> String {
    "\(operand.expression) LIKE \(bind(.text(pattern))) ESCAPE '\\'"
  }

  private func escaped(_ value: String) -> String {
    var text = ""
    for character in value {
      if character == "%" || character == "_" || character == "\\" { text.append("\\") }
      text.append(character)
    }
    return text
  }

  /// The order: as asked, then by serial number, so that pages of ties join up.
  private mutating func order(_ keys: [SortKey]) throws -> String {
    var parts: [String] = []
    isSorting = true
    defer { isSorting = false }
    for key in keys {
      let path = key.path
      let expression = try resolve(path.parts[...], path: path.rawValue, row: "r", schema: schema) {
        compiler, operand in
        compiler.text(operand)
      }
      parts.append(expression + (key.descending ? " DESC" : ""))
    }
    return (parts + ["r.internal_id\(keys.last?.descending == true ? " DESC" : "")"]).joined(separator: ", ")
  }
}
