import JSONAPI
import OpenSocial
import Store

extension ReadSnapshot {
  /// Checks a path of `include` (Drupal's `FieldResolver`; reference 3.6): every name must be a relationship of one of the
  /// types that the name before it may lead to, whether or not there is a resource to follow.
  /// - Throws: `QueryParameterError` in the site's words.
  func check(include path: ArraySlice<String>, of type: ServedType) throws {
    var walk = IncludeWalk(snapshot: self)
    do throws(IncludeFault) {
      try walk.follow(path, from: type)
    } catch {
      switch error {
      case .here(let message): throw QueryParameterError(message)
      case .behind(let messages):
        let whole = path.joined(separator: ".")
        throw QueryParameterError("`\(whole)` is not a valid include path. \(messages.joined(separator: " "))")
      case .mirror(let fault): throw fault
      }
    }
  }
}

/// One walk along a path of `include`. What was found out about the rest of the path from a type is kept: relationships may
/// lead to several types, these again to several, and in circles.
private struct IncludeWalk {
  let snapshot: ReadSnapshot
  private var known: [Place: IncludeFault?] = [:]

  private struct Place: Hashable {
    var type: Int64
    /// How many names of the path are left.
    var left: Int
  }

  init(snapshot: ReadSnapshot) { self.snapshot = snapshot }

  mutating func follow(_ path: ArraySlice<String>, from type: ServedType) throws(IncludeFault) {
    let place = Place(type: type.id, left: path.count)
    if let known = known[place] {
      if let fault = known { throw fault }
      return
    }
    do throws(IncludeFault) { try step(path, from: type) } catch {
      known[place] = .some(error)
      throw error
    }
    known[place] = .some(nil)
  }

  private mutating func step(_ path: ArraySlice<String>, from type: ServedType) throws(IncludeFault) {
    guard let name = path.first, !name.isEmpty, name != "0" else {
      throw .here(QueryParameterError.emptyIncludePath.detail)
    }
    let types: [ServedType]
    do {
      // Of a type that never was seen nothing is known.
      guard let schema = try snapshot.schema(of: type) else { return }
      guard let field = schema.field(name), field.isRelationship else {
        throw IncludeFault.here(IncludeFault.message(name, possible: schema.relationships))
      }
      guard let next = path.dropFirst().first else { return }
      types = try snapshot.targets(of: field, type: type)
      // Configuration has no relationships.
      if types.isEmpty, field.isInternal { throw IncludeFault.behind([IncludeFault.message(next, possible: [])]) }
    } catch let fault as IncludeFault { throw fault } catch { throw .mirror(error) }
    var messages: [String] = []
    var failures = 0
    for type in types {
      do throws(IncludeFault) { try follow(path.dropFirst(), from: type) } catch {
        if case .mirror = error { throw error }
        failures += 1
        for message in error.messages where !messages.contains(message) { messages.append(message) }
      }
    }
    if failures > 0, failures == types.count { throw .behind(messages) }
  }
}

/// Why a path of `include` leads nowhere.
private enum IncludeFault: Error {
  /// The first name is wrong.
  case here(String)
  /// All types that the first name leads to complain of the rest.
  case behind([String])
  case mirror(any Error)

  var messages: [String] {
    switch self {
    case .here(let message): [message]
    case .behind(let messages): messages
    case .mirror: []
    }
  }

  static func message(_ name: String, possible: [String]) -> String {
    "`\(name)` is not a valid relationship field name."
      + (possible.isEmpty ? "" : " Possible values: \(possible.joined(separator: ", ")).")
  }
}
