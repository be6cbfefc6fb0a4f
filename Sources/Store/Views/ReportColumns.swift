import JSONAPI
import OpenSocial

/// A type as its view is made of it: what was learned of its fields, and what it calls some of them.
struct ReportedType {
  /// Its name, such as `node--event`.
  var name: String
  /// The machine name of its entity type.
  var entityType: String
  /// Its fields in the site's order.
  var schema: TypeSchema
  /// What it calls the serial number and the time of the last change.
  var called = AttributeNames()

  /// The columns that its view is to have, in the site's order: the id, the serial number, attributes, relationships to one. Names are
  /// those that the columns would like to have.
  var columns: [ReportColumn] {
    let serial = called.serial ?? SerialNumbers.attribute(ofEntityType: entityType) ?? ""
    var columns = [
      ReportColumn("id", .text, .id, of: "id"), ReportColumn("internal_id", .integer, .serial, of: serial),
    ]
    for field in fields where !field.isRelationship { columns += ReportedType.columns(ofAttribute: field) }
    for field in fields where field.isRelationship && !field.isList {
      columns += ReportedType.columns(ofRelationship: field)
    }
    return columns
  }

  /// The relationships to many.
  var links: [TypeSchema.Field] { fields.filter { $0.isRelationship && $0.isList && !$0.name.isEmpty } }

  /// The fields that a view can show: names are texts of SQLite, which end at a null character to most programs.
  private var fields: [TypeSchema.Field] { schema.fields.filter { !$0.name.utf8.contains(0) } }
  /// How many others there are.
  var unnamed: Int { schema.fields.count - fields.count }

  private static func columns(ofAttribute field: TypeSchema.Field) -> [ReportColumn] {
    let label = field.words?.title
    let name = ReportNames.plain(field.name)
    let text = FieldDescription.formattedText
    let properties = field.properties.map(\.name)
    func column(_ ending: String, _ kind: ReportColumn.Kind, _ part: ReportColumn.Part, _ property: String?)
      -> ReportColumn
    {
      ReportColumn(
        ReportNames.plain(field.name + ending), kind, part, of: field.name, property: property, label: label)
    }
    guard field.kind == .object || field.isList, properties.contains(text.source), properties.contains(text.format)
    else {
      return [ReportColumn(name, kind(of: field), .value, of: field.name, label: label)]
    }
    if field.isList { return [column("", .json, .value, nil), column("_text", .text, .text, text.html)] }
    return [
      column("", .text, .value, text.source), column("_format", .text, .format, text.format),
      column("_html", .text, .html, text.html), column("_text", .text, .text, text.html),
    ] + (properties.contains(text.summary) ? [column("_summary", .text, .summary, text.summary)] : [])
  }

  /// What values of an attribute are; text where nothing is known of them, which shows any.
  private static func kind(of field: TypeSchema.Field) -> ReportColumn.Kind {
    if field.isList { return .json }
    return switch field.kind {
    case .bool: .boolean
    case .number: field.isFraction == true ? .real : .integer
    case .time, .dateTime: .time
    case .text, .null: .text
    case .array, .object: .json
    }
  }

  private static func columns(ofRelationship field: TypeSchema.Field) -> [ReportColumn] {
    let label = field.words?.title
    let target = ReportColumn(ReportNames.plain(field.name), .text, .target, of: field.name, label: label)
    let targets = Set(field.targets).union(field.describedTargets ?? [])
    guard targets.count > 1 else { return [target] }
    return [
      target, ReportColumn(ReportNames.plain(field.name + "_type"), .text, .targetType, of: field.name, label: label),
    ]
  }
}
