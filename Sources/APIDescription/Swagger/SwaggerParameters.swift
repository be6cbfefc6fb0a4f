import JSONAPI
import OpenSocial

/// Parameters in the form of OpenAPI 2.0, which knows no names with brackets behind them: each that can be told is one of its own.
enum SwaggerParameters {
  /// Those that many operations have.
  static var shared: JSON {
    .object(
      JSONObject([
        ("page_offset", query("page[offset]", "integer", Words.offset).with(["minimum": 0])),
        ("page_limit", query("page[limit]", "integer", Words.limit).with(["minimum": 1, "maximum": 50])),
        ("sort", query("sort", "string", Words.sort).with(["pattern": .string(Words.sortPattern)])),
        ("include", query("include", "string", Words.include).with(["pattern": .string(Words.includePattern)])),
        ("known", header("If-None-Match", Words.known)), ("wait", header("Prefer", Words.wait)),
        (
          "disposition",
          header("Content-Disposition", Words.disposition)
            .with(["required": true, "pattern": .string(Words.dispositionPattern)])
        ),
      ]))
  }

  static func reference(_ name: String) -> JSON { .make(["$ref": .string("#/parameters/\(name)")]) }

  /// Those of the query of a collection.
  static func collection(_ type: DescribedType) -> [JSON] {
    let fields = query("fields[\(type.name)]", "string", Words.fields)
    return ["page_offset", "page_limit", "sort", "include"].map(reference) + [fields] + filters(type)
  }

  /// A filter for each field that has one value of one part.
  private static func filters(_ type: DescribedType) -> [JSON] {
    let attributes = FilterFields.attributes(of: type).map { name, kind in
      query("filter[\(name)]", kind, Words.filter)
    }
    let relationships = FilterFields.relationships(of: type).map { query("filter[\($0).id]", "string", Words.filter) }
    return attributes + relationships
  }

  /// The resource that the path names.
  static func resource(_ type: DescribedType) -> JSON {
    .make([
      "name": "entity", "required": true, "in": "path", "type": "string", "format": "uuid",
      "description": .string("The UUID of the resource (\(type.label))"),
    ])
  }

  /// The relationship that the path names.
  static func upload(_ type: DescribedType) -> JSON {
    .make([
      "name": "file_field_name", "required": true, "in": "path", "type": "string", "enum": .strings(type.uploads),
      "description": "The relationship that takes the file",
    ])
  }

  /// What is sent.
  static func body(_ schema: JSON, _ details: String) -> JSON {
    .make([
      "name": "body", "in": "body", "description": .string(details), "required": true, "schema": schema,
    ])
  }

  private static func query(_ name: String, _ type: String, _ details: String) -> JSON {
    .make([
      "name": .string(name), "in": "query", "type": .string(type), "required": false, "description": .string(details),
    ])
  }

  private static func header(_ name: String, _ details: String) -> JSON {
    .make([
      "name": .string(name), "in": "header", "type": "string", "required": false, "description": .string(details),
    ])
  }
}

/// The fields that a filter may name by themselves; with a path it may name parts of others, too.
enum FilterFields {
  /// Attributes with the type of what is compared: times are seconds since 1970, yes and no are 1 and 0.
  static func attributes(of type: DescribedType) -> [(name: String, kind: String)] {
    type.attributes.compactMap { attribute in
      guard !attribute.isList, !attribute.isNeverShown, !attribute.isIgnored else { return nil }
      switch attribute.kind {
      case .text: return (attribute.name, "string")
      case .number: return (attribute.name, "number")
      case .bool, .time: return (attribute.name, "integer")
      case .dateTime: return (attribute.name, "string")
      case .null, .array, .object: return nil
      }
    }
  }

  /// Relationships to what may be seen.
  static func relationships(of type: DescribedType) -> [String] {
    type.relationships.filter { !($0.learned?.isInternal ?? false) }.map(\.name)
  }
}
