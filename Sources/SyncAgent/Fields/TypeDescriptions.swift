import JSONAPI
import Logging
import OpenSocial
import Store
import Upstream

/// What the site says of its types beyond what documents show: by its API description, or asked about their fields.
struct TypeDescriptions {
  let site: Site
  let reading: Reading
  let discovery: Discovery
  let logger: Logger

  /// Asks for the API description once a day, and takes in what it says of the types that are read. None is no failure: the
  /// module may be absent or closed to the account.
  /// - Returns: how many requests it cost, and the attributes that are not called as usual, by type.
  func describe(
    _ types: [String], _ asked: SiteDescription?, at time: Int64
  ) async throws -> (requests: Int, names: [String: AttributeNames]) {
    let last = try reading.fact(.described).flatMap { Int64($0) }
    guard asked != nil || last.map({ time.subtractingClamped($0) >= 86_400 || time < $0 }) ?? true else {
      return (0, [:])
    }
    let description: SiteDescription?
    do {
      if let asked {
        description = asked
      } else {
        description = try await site.ask(SiteDescription.request) { SiteDescription.parse($0) }
      }
    } catch let error as TransportError {
      logger.debug("the API description could not be read", metadata: ["reason": "\(error)"])
      description = nil
    }
    for name in types {
      guard let fields = description?.types[name] else { continue }
      try discovery.describe(name, TypeSchema(described: fields, words: description?.words[name]))
    }
    try discovery.note(.described, String(time))
    return (asked == nil ? 1 : 0, description?.attributeNames ?? [:])
  }

  /// Asks the site about fields that neither its documents nor a description tell of: of each type once a week, as soon as
  /// something of it is stored.
  /// - Returns: how many requests it cost.
  func askAboutFields(_ types: [EntryPoint.Collection], at time: Int64) async throws -> Int {
    let known = try reading.fact(.askedFields)
    var asked = known.flatMap { (try? JSON(parsing: Array($0.utf8)))?.object } ?? JSONObject()
    var count = 0
    let schemas = try reading.undescribedSchemas()
    for type in types {
      if let last = asked[type.name]?.integer, time >= last, time - last < 604_800 { continue }
      guard let schema = schemas[type.name],
        let id = try reading.someExpected(of: type.name, count: 1).first
      else { continue }
      var questions = FieldQuestions(type: type.name, path: type.path, id: "\(id)", schema: schema)
      count += try await FieldQuestions.settle(&questions, site)
      if !questions.learned.fields.isEmpty { try discovery.describe(type.name, questions.learned) }
      asked[type.name] = .integer(time)
      try discovery.note(.askedFields, JSON.object(asked).text())
    }
    return count
  }
}
