import JSONAPI
import OpenSocial
import Store
import Upstream

/// What the mirror asks the site about a type's fields where documents do not tell and there is no API description: which
/// relationships there are at all, and what fields consist of that nobody ever set. The site tells when it refuses a path
/// (reference 3.2, 3.6): one question about all fields, again behind each that has several properties. A value: it neither
/// asks nor waits.
struct FieldQuestions {
  let path: String
  let type: String
  /// The resource that questions are about, so that the site's database looks at one row.
  let id: String
  /// Attributes of which nothing is known, in the site's order.
  private var unknown: ArraySlice<String>
  private(set) var learned = TypeSchema()
  private(set) var isOver = false
  private var asked = 0

  /// A name that no field has: the site answers with those that there are.
  private static let nobody = "social-mirror-question"
  /// Fields in one question; the site's database joins a table for each.
  private static let width = 20
  private static let most = 24

  /// - Parameters:
  ///   - path: of the collection.
  ///   - id: of a stored resource.
  ///   - schema: what is known of the type.
  init(type: String, path: String, id: String, schema: TypeSchema) {
    self.type = type
    self.path = path
    self.id = id
    unknown = schema.fields.filter { !$0.isRelationship && $0.kind == .null && $0.properties.isEmpty }.map(\.name)[...]
  }

  /// The next question; nil when there is none.
  var request: SiteRequest? {
    guard !isOver, asked < FieldQuestions.most else { return nil }
    func condition(_ name: String, _ path: String, _ value: String) -> FilterItem {
      FilterItem(id: name, memberOf: "any", .condition(FilterCondition(path, .equal, [value])))
    }
    var items = [FilterItem(id: "one", .condition(FilterCondition("id", .equal, [id])))]
    let some = unknown.prefix(FieldQuestions.width)
    if !some.isEmpty {
      items += [FilterItem(id: "any", .group(.or)), condition("self", "id", id)]
      items += some.enumerated().map { condition("f\($0)", $1, "1") }
    }
    var parameters = QueryParameters()
    parameters.filter = Filter(items)
    parameters.page = PageParameter(limit: 1)
    parameters.fields = [type: []]
    if some.count == unknown.count { parameters.include = [[FieldQuestions.nobody]] }
    return SiteRequest(path: path, query: parameters.queryString)
  }

  /// Takes in an answer.
  /// - Parameter detail: of the first error; nil where there is none.
  mutating func take(status: Int, detail: String?) {
    asked += 1
    let some = unknown.prefix(FieldQuestions.width)
    switch (status, detail) {
    case (400, let detail?) where detail.contains("`\(FieldQuestions.nobody)` is not a valid relationship field name"):
      learned.fields += FieldQuestions.relationships(detail).map { TypeSchema.Field($0, isRelationship: true) }
      isOver = true
    case (400, let detail?), (403, let detail?):
      // All before the field that is complained of have one property.
      guard let name = FieldQuestions.quoted(detail).first, let at = some.firstIndex(of: name) else {
        isOver = true
        return
      }
      let properties = FieldQuestions.specifiers(detail)
      if !properties.isEmpty {
        var field = TypeSchema.Field(name)
        field.kind = .object
        field.properties = properties.map { TypeSchema.Property($0) }
        learned.fields.insert(field, at: learned.fields.firstIndex(where: \.isRelationship) ?? learned.fields.count)
      }
      unknown = unknown[(at + 1)...]
    case (200, _) where some.count < unknown.count: unknown = unknown.dropFirst(some.count)
    case (500, _) where !some.isEmpty: unknown = []
    default: isOver = true
    }
  }

  /// What stands in backticks.
  private static func quoted(_ detail: String) -> [String] {
    detail.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }
      .map { String($0.element) }
  }

  private static func specifiers(_ detail: String) -> [String] {
    guard detail.contains("is incomplete, it must end with one of the following specifiers:") else { return [] }
    return Array(quoted(detail).dropFirst(2)).filter(isName)
  }

  private static func relationships(_ detail: String) -> [String] {
    guard let list = detail.firstRange(of: "Possible values: ").map({ detail[$0.upperBound...] }) else { return [] }
    return list.prefix { $0 != "." }.split(separator: ",").map { String($0.drop { $0 == " " }) }.filter(isName)
  }

  /// What the site says is believed only where it is a name.
  private static func isName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 128
      && text.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x5F
      }
  }
}

extension FieldQuestions {
  /// Asks a site until nothing is left to ask. That it does not answer is no failure.
  /// - Returns: how many requests it cost.
  /// - Throws: `CancellationError` alone.
  static func settle(_ questions: inout FieldQuestions, _ site: Site) async throws -> Int {
    var count = 0
    while let request = questions.request {
      try Task.checkCancellation()
      count += 1
      do {
        let (status, detail) = try await site.ask(request) { response in
          (response.status, (try? JSON(parsing: response.body))?["errors"]?[0]?["detail"]?.string)
        }
        questions.take(status: status, detail: detail)
      } catch let error as CancellationError {
        throw error
      } catch {
        break
      }
    }
    return count
  }
}
