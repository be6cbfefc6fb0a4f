import JSONAPI
import OpenSocial
import Store
import Testing
import Upstream

@testable import SyncAgent

/// What the mirror learns of fields by asking, against answers as a living site words them.
@Suite struct FieldQuestionTests {
  private static func questions(_ unknown: [String]) -> FieldQuestions {
    var title = TypeSchema.Field("title")
    title.kind = .text
    let schema = TypeSchema(fields: [title] + unknown.map { TypeSchema.Field($0) })
    return FieldQuestions(type: "node--event", path: "/jsonapi/node/event", id: "x9", schema: schema)
  }

  private static let list =
    "`social-mirror-question` is not a valid relationship field name. Possible values: node_type, uid, menu_link."

  private static func incomplete(_ name: String, _ specifiers: String...) -> String {
    "Invalid nested filtering. The field `\(name)`, given in the path `\(name)` is incomplete, it must end with one of the "
      + "following specifiers: \(specifiers.map { "`\($0)`" }.joined(separator: ", "))."
  }

  @Test func oneQuestionIsEnoughWhereNothingIsUnknown() throws {
    var questions = Self.questions([])
    let request = try #require(questions.request)
    #expect(request.path == "/jsonapi/node/event" && request.query?.contains("include=social-mirror-question") == true)
    #expect(request.query?.contains("x9") == true && request.query?.contains("OR") == false)
    questions.take(status: 400, detail: Self.list)
    #expect(questions.request == nil && questions.learned.relationships == ["node_type", "uid", "menu_link"])
  }

  @Test func fieldsOfSeveralPropertiesCostOneEach() throws {
    var questions = Self.questions(["a", "field_address", "b", "field_link", "c"])
    questions.take(status: 400, detail: Self.incomplete("field_address", "country_code", "locality"))
    let second = try #require(questions.request?.query)
    #expect(!second.contains("field_address") && second.contains("field_link"))
    questions.take(status: 400, detail: Self.incomplete("field_link", "uri", "title", "options"))
    questions.take(status: 400, detail: Self.list)
    #expect(questions.request == nil)
    let learned = questions.learned
    #expect(learned.field("field_address")?.properties.map(\.name) == ["country_code", "locality"])
    #expect(learned.field("field_link")?.properties.map(\.name) == ["uri", "title", "options"])
    #expect(learned.field("a") == nil && learned.relationships.count == 3)
  }

  /// A field that is closed, one that cannot be queried, other complaints, and what is no name.
  @Test func whatIsNotUnderstoodTeachesNothing() throws {
    var questions = Self.questions(["secret", "b"])
    questions.take(
      status: 403, detail: "The current user is not authorized to filter by the `secret` field, given in …")
    #expect(questions.request?.query?.contains("secret") == false)
    questions.take(status: 500, detail: "Call to a member function getColumns() on bool")
    #expect(questions.request?.query?.contains("OR") == false)
    questions.take(status: 400, detail: Self.list.replacing("uid", with: "<script>"))
    #expect(questions.learned.relationships == ["node_type", "menu_link"])
    for (status, detail) in [(400, "nonsense `x`"), (404, nil), (200, nil), (503, ""), (400, nil)] as [(Int, String?)] {
      var others = Self.questions(["b"])
      others.take(status: status, detail: detail)
      #expect(others.request == nil && others.learned.fields.isEmpty, "\(status) \(detail ?? "–")")
    }
  }

  /// However a site answers, it is not asked for ever.
  @Test func questionsHaveAnEnd() {
    var questions = Self.questions((0..<500).map { "f\($0)" })
    var asked = 0
    while questions.request != nil, asked < 1_000 {
      asked += 1
      questions.take(status: 400, detail: Self.incomplete("f\(asked - 1)", "x", "y"))
    }
    #expect(asked <= 24)
  }
}
