import JSONAPI
import OpenSocial
import Store

/// A user of the site as `/oauth/userinfo` tells of one.
struct SiteUser {
  /// The serial number: the site's `sub` (reference 7.3).
  var serial: Int64
  var name: String
  var mail: String?
  /// Unix seconds.
  var changed: Int64

  /// A user as its resource shows one.
  /// - Parameters:
  ///   - resource: the resource object.
  ///   - serialAttribute: the attribute with the serial number: a site may call it otherwise.
  ///   - changedAttribute: the same for `changed`.
  /// - Returns: nil for what tells no serial number or no name, such as a label.
  init?(_ resource: JSON, serialAttribute: String, changedAttribute: String?) {
    let attributes = resource["attributes"]
    let names = FieldDescription.accountNames
    guard let serial = attributes?[serialAttribute]?.integer,
      let name = attributes?[names.name]?.string ?? attributes?[names.shown]?.string
    else { return nil }
    self.serial = serial
    self.name = name
    mail = attributes?["mail"]?.string
    changed = attributes?[changedAttribute ?? FieldDescription.changed]?.string.flatMap { RFC3339.unixSeconds($0) } ?? 0
  }
}
