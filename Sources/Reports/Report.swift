import JSONAPI

/// What there is to say of a mirror about one thing: a value, gathered from the mirror's rows, with one form for people and one for
/// programs. Either form is made of the value alone: it asks nothing, and cannot fail.
package protocol Report: Sendable {
  /// For people, a line each.
  var lines: [String] { get }
  /// What is left of `lines` where only what went wrong is to be said.
  var findings: [String] { get }
  /// What could not be taken into the report, a sentence each: for whoever runs the program, beside either form.
  var notices: [String] { get }
  /// For programs, one value. Times are RFC 3339, and null where there is none.
  var json: JSON { get }
}

extension Report {
  /// Unless it says otherwise, nothing of a report is left out.
  package var findings: [String] { lines }
  /// Unless it says otherwise, a report is whole.
  package var notices: [String] { [] }
}
