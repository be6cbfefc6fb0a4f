import JSONAPI
import OpenSocial
import Support
import Testing

@testable import Store

/// What views and columns are called, and where columns stand: decided without a database.
@Suite struct ReportPlanTests {
  @Test(arguments: [
    ("node--event", "node_event"), ("profile--profile", "profile"),
    ("group_content--open_group-group_membership", "group_content_open_group_group_membership"), ("topic", "topic"),
    ("node--größe x", "node_gr__e_x"), ("--", "_"), ("", "_"), ("json--each", "_json_each"),
    ("sqlite--master", "_sqlite_master"), ("JSON--tree", "_JSON_tree"), ("a--a--a", "a_a_a"),
  ])
  func aViewIsCalledAsItsType(type: String, name: String) { #expect(ReportNames.view(of: type) == name) }

  @Test func longNamesAreToldApart() {
    let names = (0..<50).map { ReportNames.plain(String(repeating: "a", count: 100) + "\($0)") }
    #expect(Set(names).count == 50 && names.allSatisfy { $0.utf8.count == 63 })
    #expect(ReportNames.plain(String(repeating: "a", count: 63)).hasSuffix("aaa"))
  }

  @Test func takenNamesAreNumbered() {
    var taken = TakenNames(["Consumer"])
    #expect(["consumer", "x", "X", "x_2", "x"].map { taken.take($0) } == ["consumer_2", "x", "X_2", "x_2_2", "x_3"])
    let long = String(repeating: "b", count: 63)
    #expect(taken.take(long) == long)
    #expect(taken.take(long) == String(repeating: "b", count: 61) + "_2")
    // Thousands of one name take no time by their square.
    #expect(Set((0..<20_000).map { _ in taken.take("y").lowercased() }).count == 20_000)
  }

  private func columns(_ fields: [TypeSchema.Field]) -> [ReportColumn] {
    ReportedType(name: "node--event", entityType: "node", schema: TypeSchema(fields: fields)).columns
  }

  @Test func columnsAreTyped() {
    func field(_ name: String, _ kind: TypeSchema.Kind, isList: Bool = false, isFraction: Bool? = nil)
      -> TypeSchema.Field
    {
      var field = TypeSchema.Field(name)
      (field.kind, field.isList, field.isFraction) = (kind, isList, isFraction)
      return field
    }
    var body = field("body", .object)
    body.properties = ["value", "format", "processed", "summary"].map { TypeSchema.Property($0, .text) }
    var bodies = body
    (bodies.name, bodies.isList) = ("bodies", true)
    var owner = TypeSchema.Field("uid", isRelationship: true)
    owner.targets = ["user--user"]
    var anything = TypeSchema.Field("entity_id", isRelationship: true)
    anything.describedTargets = ["node--event", "node--topic"]
    var tags = TypeSchema.Field("tags", isRelationship: true)
    tags.isList = true
    let columns = columns([
      field("n", .number), field("r", .number, isFraction: true), field("b", .bool), field("t", .time),
      field("d", .dateTime), field("o", .object), field("l", .text, isList: true), field("u", .null), body, bodies,
      owner,
      anything, tags,
    ])
    #expect(
      columns.map { "\($0.name) \($0.kind)" } == [
        "id text", "internal_id integer", "n integer", "r real", "b boolean", "t time", "d time", "o json", "l json",
        "u text", "body text", "body_format text", "body_html text", "body_text text", "body_summary text",
        "bodies json",
        "bodies_text text", "uid text", "entity_id text", "entity_id_type text",
      ])
    #expect(columns[1].path == "attributes.drupal_internal__nid" && columns[10].path == "attributes.body.value")
    #expect(columns[12].path == "attributes.body.processed" && columns[17].path == "relationships.uid.data.id")
  }

  /// A field of a name that another's part would have keeps its own, where both come together; where the part was there first, it does.
  @Test func aFieldsOwnNameGoesFirst() {
    var body = TypeSchema.Field("body")
    body.kind = .object
    body.properties = ["value", "format", "processed"].map { TypeSchema.Property($0, .text) }
    let both = ReportPlan.places([], wanted: columns([body, TypeSchema.Field("body_html"), TypeSchema.Field("id")]))
    let names = both.map(\.column.name)
    #expect(
      names == ["id", "internal_id", "body", "body_format", "body_html_2", "body_text", "body_html", "id_2"], "\(names)"
    )
    let first = ReportPlan.places([], wanted: columns([body]))
    let later = ReportPlan.places(first, wanted: columns([TypeSchema.Field("body_html"), body]))
    #expect(
      later.map(\.column.name) == ["id", "internal_id", "body", "body_format", "body_html", "body_text", "body_html_2"])
  }

  @Test func whatGoesBeyondTheBoundHasNoColumn() {
    let many = (0..<2_000).map { TypeSchema.Field("f\($0)") }
    let places = ReportPlan.places([], wanted: columns(many))
    #expect(places.count == 2_002 && places.count(where: \.isShown) == ReportPlan.mostColumns)
    #expect(places[ReportPlan.mostColumns - 1].isShown && !places[ReportPlan.mostColumns].isShown)
  }

  /// Fields come, go, change what they are and come back, in any order: a column has the name and the place that it had first, names
  /// are never twice, and shown is what there is.
  @Test(arguments: 0..<40) func columnsKeepNamesAndPlaces(seed: Int) {
    var random = Support.SplitMix(state: UInt64(seed))
    let names = [
      "a", "A", "a_html", "a-b", "a.b", "a_2", "id", "ctid", "", "ü", "select", "a_text", "internal_id", "'", "\"",
    ]
    var places: [ReportPlan.Place] = []
    for _ in 0..<60 {
      var fields: [TypeSchema.Field] = []
      for name in names.shuffled(using: &random) where Bool.random(using: &random) {
        var field = TypeSchema.Field(name, isRelationship: Int.random(in: 0..<4, using: &random) == 0)
        let kinds: [TypeSchema.Kind] = [.null, .text, .number, .object, .bool]
        field.kind = kinds[Int.random(in: kinds.indices, using: &random)]
        field.isList = Int.random(in: 0..<4, using: &random) == 0
        if field.kind == .object { field.properties = ["value", "format"].map { TypeSchema.Property($0) } }
        if field.isRelationship { field.targets = Bool.random(using: &random) ? ["x"] : ["x", "y"] }
        fields.append(field)
      }
      let wanted = columns(fields)
      let next = ReportPlan.places(places, wanted: wanted)
      #expect(next.count >= places.count)
      for (before, after) in zip(places, next) {
        #expect(before.column.name == after.column.name && before.column.field == after.column.field)
        #expect(before.column.part == after.column.part)
      }
      #expect(Set(next.map { $0.column.name.lowercased() }).count == next.count)
      #expect(next.count(where: \.isShown) == wanted.count)
      #expect(ReportPlan.places(next, wanted: wanted) == next)
      places = next
    }
  }
}
