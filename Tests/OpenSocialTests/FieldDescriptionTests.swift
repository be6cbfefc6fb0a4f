import JSONAPI
import OpenSocial
import Testing

/// What fields are, of every type that was recorded.
@Suite struct FieldDescriptionTests {
  @Test func allTypesAreThere() {
    #expect(RecordedFields.all.count == 28)
    let shown = Dictionary(grouping: RecordedFields.all, by: \.entityType).mapValues { types in
      types.reduce(into: Set<String>()) { $0.formUnion($1.names) }
    }
    #expect(Set(shown.keys) == Set(ExpectedFields.all.keys) && Set(shown.keys) == Set(EntityTypes.usual))
    for (entityType, expected) in ExpectedFields.all {
      let all = [expected.readOnly, expected.closed, expected.moving, expected.uncompared, expected.personal]
      let stale = all.reduce(into: expected.numbers) { $0.formUnion(ExpectedFields.names($1)) }
        .subtracting(shown[entityType] ?? [])
      #expect(stale.isEmpty, "\(entityType)")
    }
  }

  @Test(
    arguments: [
      ("langcode", "node", "en", true), ("langcode", "node", "de", false), ("langcode", "node", .null, false),
      ("default_langcode", "node", true, true), ("default_langcode", "node", false, false),
      ("thread", "comment", "01/", true), ("thread", "node", "01/", false), ("title", "node", "en", false),
    ] as [(String, String, JSON, Bool)])
  func someValuesComeByThemselves(name: String, entityType: String, value: JSON, comes: Bool) {
    let field = FieldDescription(name, of: entityType)
    #expect(field.comesByItself(value, siteLanguage: "en") == comes)
    #expect(field.comesByItself(value, siteLanguage: nil) == (comes && name != "langcode"))
  }

  @Test(arguments: RecordedFields.all) func aTypeIsDescribed(_ type: RecordedFields) throws {
    let expected = try #require(ExpectedFields.all[type.entityType])
    let fields = type.names.map { FieldDescription($0, of: type.entityType) }
    func names(_ rule: (FieldDescription) -> Bool) -> Set<String> { Set(fields.filter(rule).map(\.name)) }
    func shown(_ text: String) -> Set<String> { ExpectedFields.names(text).intersection(type.names) }
    let numbers = expected.numbers
    #expect(names { $0.isSerialNumber } == ["drupal_internal__\(expected.serial)"])
    #expect(names { $0.isNumber } == numbers && names { $0.isRevisionNumber }.count == numbers.count - 1)
    #expect(names { $0.isChanged } == ["changed"])
    #expect(names { $0.isReadOnly } == numbers.union(shown(expected.readOnly)))
    #expect(names { $0.isClosed } == numbers.union(shown(expected.closed)))
    #expect(names { $0.isCreateOnly } == (type.entityType == "file" ? ["uri", "filemime", "filesize"] : []))
    #expect(names { $0.movesByItself } == names { $0.isReadOnly }.union(shown(expected.moving)))
    #expect(names { $0.comparison == .never } == shown(expected.uncompared))
    #expect(names { $0.comparison == .withoutSignature } == (type.entityType == "file" ? ["uri"] : []))
    #expect(names { $0.isPersonal } == shown(expected.personal))
    #expect(names { $0.isIgnored }.isSubset(of: names { $0.isReadOnly }))
    #expect(names { $0.isSecret || $0.isNeverShown }.isEmpty, "what is shown is no secret")
    #expect(SerialNumbers().attribute(of: type.type) == "drupal_internal__\(expected.serial)")
  }

  @Test(arguments: RecordedFields.all) func kindsAreThoseOfTheValues(_ type: RecordedFields) {
    for (name, values) in type.attributes {
      let kind = FieldDescription(name, of: type.entityType).kind
      for value in values.flatMap({ $0.array ?? [$0] }) where !value.isNull && kind != .null {
        #expect(isOf(kind, value), "\(name): \(kind)")
      }
    }
  }

  private func isOf(_ kind: TypeSchema.Kind, _ value: JSON) -> Bool {
    switch kind {
    case .null, .array: false
    case .bool: value.bool != nil
    case .number: value.integer != nil
    case .text: value.string != nil
    case .time, .dateTime: value.string.flatMap { RFC3339.unixSeconds($0) } != nil
    case .object: value.object != nil
    }
  }

  /// What was learned goes before what is known, and tells what names do not.
  @Test func learnedAndKnownAreOne() {
    var mail = TypeSchema.Field("field_mail")
    mail.kind = .text
    mail.isProse = true
    var status = TypeSchema.Field("status")
    status.kind = .number
    var terms = TypeSchema.Field("field_terms", isRelationship: true)
    terms.targets = ["user_role--user_role"]
    let described = TypeSchema(fields: [mail, status, terms, .init("created")]).descriptions(of: "profile")
    #expect(described.map(\.kind) == [.text, .number, .null, .time])
    #expect(described.map(\.isString) == [true, false, false, false])
    #expect(described[2].configuration == "user_role" && described.map(\.isPersonal) == [true, false, true, false])
  }

  /// A site may call the serial number and the time of the last change otherwise.
  @Test func renamedAttributesAreWhatTheyAre() {
    let called = AttributeNames(serial: "number", changed: "edited_on")
    func field(_ name: String) -> FieldDescription { FieldDescription(name, of: "node", called: called) }
    #expect(field("number").isSerialNumber && field("number").isReadOnly && field("number").firstValue == .unknown)
    #expect(field("edited_on").isChanged && field("edited_on").isReadOnly && field("edited_on").firstValue == .now)
    #expect(!field("changed").isChanged && field("changed").isReadOnly && field("changed").firstValue == .usual)
    #expect(!field("drupal_internal__nid").isSerialNumber && field("drupal_internal__nid").isNumber)
    #expect(!FieldDescription("number", of: "node").isReadOnly)
  }

  @Test(
    arguments: [
      ("drupal_internal__nid", "node", "nid"), ("node_type", "node", "type"),
      ("comment_type", "comment", "comment_type"),
      ("title", "node", "title"), ("vid", "taxonomy_term", "vid"),
    ] as [(name: String, entityType: String, own: String)])
  func theSitesOwnNameIsKnown(name: String, entityType: String, own: String) {
    #expect(FieldDescription(name, of: entityType).internalName == own)
  }

  @Test(
    arguments: [
      ("drupal_internal__vid", .unknown), ("changed", .now), ("created", .now), ("revision_timestamp", .now),
      ("status", .shown), ("access", .never), ("langcode", .alike), ("sticky", .flag), ("default_langcode", .yes),
      ("title", .usual), ("field_any", .usual),
    ] as [(String, FieldDescription.FirstValue)])
  func aNewResourceBeginsWith(name: String, value: FieldDescription.FirstValue) {
    #expect(FieldDescription(name, of: "node").firstValue == value)
  }

  /// What is never shown cannot be seen in the recorded documents.
  @Test func secretsAreKnownByName() {
    let pass = FieldDescription("pass", of: "user")
    #expect(pass.isSecret && pass.isNeverShown && pass.isClosedToFilters && pass.isPersonal && !pass.isClosed)
    let host = FieldDescription("hostname", of: "comment")
    #expect(!host.isSecret && host.isNeverShown && host.isClosedToFilters && host.isPersonal)
    #expect(!FieldDescription("hostname", of: "node").isNeverShown)
  }
}
