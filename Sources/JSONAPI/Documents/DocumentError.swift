import Coding

/// JSON that is not the part of a JSON:API document it should be.
package struct DocumentError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What should be there.
  package var reason: String
  /// Where, as a JSON pointer (RFC 6901); empty for the whole.
  package var pointer: String

  init(_ reason: String, at pointer: String) {
    self.reason = reason
    self.pointer = pointer
  }

  /// One line for the operator.
  package var description: String { "\(reason) at \(pointer.isEmpty ? "the top level" : pointer)" }
}

extension JSON {
  /// The members of an object.
  func requireObject(_ what: String, at pointer: String) throws(DocumentError) -> JSONObject {
    guard let object else { throw DocumentError("\(what) should be an object", at: pointer) }
    return object
  }
}

extension JSONObject {
  /// The string under `name`.
  func requireString(_ name: String, at pointer: String) throws(DocumentError) -> String {
    guard let text = self[name]?.string else {
      throw DocumentError("a string should be", at: "\(pointer)/\(name)")
    }
    return text
  }

  /// Checks that an optional member is an object.
  func checkObject(_ name: String, at pointer: String) throws(DocumentError) {
    if let value = self[name] { _ = try value.requireObject("'\(name)'", at: "\(pointer)/\(name)") }
  }

  /// Sets a member; a new one goes before the first that follows it in `order`, so that documents built here have the
  /// site's order while parsed ones keep their own.
  mutating func set(_ name: String, to value: JSON?, order: [String]) {
    guard let value, self[name] == nil, let rank = order.firstIndex(of: name) else {
      self[name] = value
      return
    }
    var all = members
    let place = all.firstIndex { (order.firstIndex(of: $0.name) ?? -1) > rank } ?? all.count
    all.insert(Member(name: name, value: value), at: place)
    self = JSONObject(read: all)
  }
}
