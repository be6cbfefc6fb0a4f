import Coding
import HTTPTypes
import TokenIssuer

/// A request to the dashboard by somebody who may see it. Where it changes something, its form was shown by this process to this browser
/// for this path (`DashboardRequest.form`), and sent from a page of this server: parts need not look again.
package struct DashboardRequest: Sendable {
  /// Who asks.
  package enum Person: Sendable, Hashable {
    /// Somebody on this machine.
    case local
    /// An administrator who has signed in from elsewhere.
    case account(Account)

    /// Who it was, for the log.
    var name: String {
      switch self {
      case .local: "this machine"
      case .account(let account): account.name
      }
    }
  }

  /// As it came.
  package var request: AdminRequest
  /// Who asks.
  package var person: Person
  /// Unix seconds of this machine.
  package var now: Int64
  /// What forms are sealed for, by the path that they are sent to.
  let seal: @Sendable (String) -> String

  /// - Parameter seal: a seal for a form that is sent to a path.
  init(
    _ request: AdminRequest, by person: Person, at now: Int64, seal: @escaping @Sendable (String) -> String
  ) {
    self.request = request
    self.person = person
    self.now = now
    self.seal = seal
  }

  /// The path, its escapes left as they are; begins with `/`.
  package var path: String { request.path }

  /// Whether something is asked for to be done; else a page is only read.
  package var isAction: Bool { request.method == .post }

  /// The first value of a field of the form that was sent; nil where it has none of this name, and where nothing was sent.
  package func field(_ name: String) -> String? {
    guard isAction else { return nil }
    return request.form?.first { $0.name == name }?.value
  }

  /// The values of all fields of a name in the form that was sent.
  package func fields(_ name: String) -> [String] {
    guard isAction else { return [] }
    return request.form?.filter { $0.name == name }.map(\.value) ?? []
  }

  /// A form that this server takes: sent by POST to a path of the part's own, without a query. Its seal is in it.
  /// - Parameters:
  ///   - path: says what is done, and to what: a form is good for this path alone.
  ///   - content: fields and buttons.
  package func form(_ path: String, _ content: HTML) -> HTML {
    """
    <form method="post" action="\(path)">
    <input type="hidden" name="seal" value="\(seal(path))">
    \(content)
    </form>

    """
  }
}
