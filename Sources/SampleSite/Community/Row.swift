import JSONAPI

/// How a resource is kept from the account (reference 6.3).
package enum Concealment: UInt8, Sendable {
  /// The account sees it.
  case none
  /// By entity access: counted by the query and listed under `meta.omitted`; 403 alone.
  case omitted
  /// By query access: gone from collections; 403 alone.
  case vanished
}

/// A resource in a collection. Ids and times are kept apart from the body, so that a clone costs a few words.
struct Row: Sendable {
  enum Body: Sendable {
    /// The recorded resource of this number, in its n-th generation.
    case content(Int32, generation: Int32)
    /// A resource that was edited or created here.
    case own(OwnBody)
  }

  var uuid: EntityUUID
  var id: Int64
  var revision: Int64
  var changed: Int64
  var created: Int64
  var concealment: Concealment
  var body: Body
}

/// The document of an edited or created resource.
final class OwnBody: Sendable {
  let row: ContentRow
  let template: Template

  init(row: ContentRow, template: Template) {
    self.row = row
    self.template = template
  }
}
