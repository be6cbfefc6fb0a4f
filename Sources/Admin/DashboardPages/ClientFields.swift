import Coding
import TokenIssuer

/// Fields of forms about clients and accounts, and what was typed into them.
enum ClientFields {
  /// The words of a field, separated by spaces, commas or lines.
  static func words(_ text: String?) -> [String] {
    (text ?? "").split { $0 == "," || $0.isWhitespace }.map(String.init)
  }

  /// What people call a field.
  static func name(_ field: NewClientFault.Field) -> String {
    switch field {
    case .id: "Client id"
    case .isPublic: "Public"
    case .grants: "Grants"
    case .scopes: "Scopes"
    case .redirectURI: "Redirect URIs"
    case .accessTokenSeconds: "Life of access tokens"
    }
  }

  /// A line of text.
  static func line(
    _ label: String, _ name: String, _ value: String, hint: String = "", isRequired: Bool = false, most: Int = 255
  ) -> HTML {
    let required: HTML = isRequired ? " required" : ""
    let told: HTML = hint.isEmpty ? "" : " <span class=\"muted\">\(hint)</span>"
    return """
      <label>\(label)\(told)<input name="\(name)" value="\(value)" maxlength="\(most)" autocomplete="off" \
      autocapitalize="none" spellcheck="false"\(required)></label>

      """
  }

  /// Several lines of text.
  static func lines(_ label: String, _ name: String, _ value: String, hint: String) -> HTML {
    """
    <label>\(label) <span class="muted">\(hint)</span>
    <textarea name="\(name)" rows="3" class="short" spellcheck="false">
    \(value)</textarea></label>

    """
  }

  /// A box to be ticked.
  static func box(_ label: String, _ name: String, _ value: String, isTicked: Bool) -> HTML {
    let ticked: HTML = isTicked ? " checked" : ""
    return
      "<label class=\"inline\"><input type=\"checkbox\" name=\"\(name)\" value=\"\(value)\"\(ticked)> \(label)</label>\n"
  }

  /// The choice of a sight.
  /// - Parameters:
  ///   - known: the names of the configuration.
  ///   - chosen: nil for everything.
  static func sights(_ known: [String], chosen: String?) -> HTML {
    // One that the configuration has no longer is not lost by looking at the form.
    let missing: [String] = chosen.map { known.contains($0) ? [] : [$0] } ?? []
    let options = HTML(
      (known + missing).map { name -> HTML in
        let mark: HTML = name == chosen ? " selected" : ""
        return "<option value=\"\(name)\"\(mark)>\(name)</option>\n"
      })
    return """
      <label>Sight <span class="muted">what it may see</span><select name="sight">
      <option value="">everything</option>
      \(options)</select></label>

      """
  }

  static let scopesHint = "read, write, read:TYPE, write:TYPE (node or node--topic), openid, *"
}

/// Why something about a client or an account was not done, for people.
struct ClientRefusal: Error, Sendable, Hashable, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }

  init(_ fault: NewClientFault) { description = "\(fault.sentence(ClientFields.name))." }

  /// The sight of a form: one that the configuration does not have would show nothing.
  /// - Parameter before: the one that was chosen before, which may stay.
  static func sight(_ typed: String?, known: [String], before: String? = nil) throws(ClientRefusal) -> String? {
    guard let typed, !typed.isEmpty else { return nil }
    guard known.contains(typed) || typed == before else {
      throw ClientRefusal("There is no sight \(typed) in localAPI.sights.")
    }
    return typed
  }
}
