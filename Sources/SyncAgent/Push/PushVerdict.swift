import JSONAPI
import OpenSocial
import Store
import Upstream

/// What an answer to a write, or its absence, means for the change.
package enum PushVerdict: Sendable, Hashable {
  /// The site changed the resource meanwhile: read it and merge again (reference 5.3).
  case readAgain
  /// Perhaps the site has it already: its UUID tells (reference 5.2).
  case look
  /// The site does not have the resource.
  case gone
  /// The site says no, and will say it again.
  case rejected
  /// Later; the site certainly did nothing.
  case later
  /// Nobody knows whether the site did it: to be settled by reading.
  case uncertain
  /// Nothing can be sent at all until a person has done something; the site did nothing.
  case stop
  /// The site takes no writes at all at present; it did nothing.
  case readOnly

  /// The verdict on a write that did not bring a document or 204.
  /// - Parameter name: what the type calls the time of the last change, by which the site compares.
  package init(_ error: any Error, of kind: ChangeKind, changed name: String = FieldDescription.changed) {
    switch error {
    case let error as SiteError: self.init(error, of: kind, changed: name)
    case let error as TransportError:
      if error.mayHaveArrived {
        self = .uncertain
      } else {
        self = RetryTable.failure(of: error) == .configuration ? .stop : .later
      }
    case let error as SignInError: self = error.isTransient ? .later : .stop
    default: self = .uncertain
    }
  }

  private init(_ error: SiteError, of kind: ChangeKind, changed name: String) {
    // Where the attribute has another name, some versions of the site point to it by its own.
    let isStale = [FieldDescription.changed, name].contains { error.pointer == "/data/attributes/\($0)" }
    switch (error.kind, kind) {
    case (.unauthorized, _): self = .stop
    case (.throttled, _): self = .later
    // Too large for whatever stands before the site: it will be so again.
    case (.html, _) where error.status == 413: self = .rejected
    case (.unavailable, _), (.serverFault, _), (.html, _), (.malformed, _): self = .uncertain
    // A site that is set to reading only (reference 5.1) refuses the moment, not the change.
    case (.badRequest, _) where error.saysReadOnly: self = .readOnly
    case (.forbidden, .update) where isStale: self = .readAgain
    case (.conflict, .create), (.unprocessable, .create): self = .look
    case (.notFound, .update), (.notFound, .delete): self = .gone
    case (.forbidden, _), (.badRequest, _), (.conflict, _), (.unprocessable, _), (.notFound, _): self = .rejected
    }
  }
}

extension SiteError {
  /// The page of the site on which an administrator lets JSON:API write: its refusal names it, in whatever language.
  static let writesSetting = "/admin/config/services/jsonapi"

  /// Whether the site is set to reading only (reference 5.1).
  var saysReadOnly: Bool {
    status == 405 && detail.map { $0.contains(SiteError.writesSetting) || $0.contains("only read operations") } ?? false
  }

  /// What it says of all creations of a type, where it says nothing of this one's values (reference 5.2): that the route takes none,
  /// or the account may make none.
  var refusalOfType: TypeRefusal? {
    switch status {
    case 405: TypeRefusal(status: status, detail: SiteWords.tidy(detail ?? "Method Not Allowed"))
    case 403 where pointer == nil || pointer == "/data":
      TypeRefusal(status: status, detail: SiteWords.tidy(detail ?? "Forbidden"))
    default: nil
    }
  }

  /// The members of an update that the error document names, each by its pointer (reference 5.3, 5.5). Nil where an error is not
  /// about one of them, or where they are all that there is: then the change as a whole is refused.
  package func refused(of members: [ChangedMember]) -> [ChangedMember]? {
    guard status == 422 || status == 403, let document, let json = try? JSON(parsing: document),
      let errors = json["errors"]?.array, !errors.isEmpty
    else { return nil }
    var names: Set<String> = []
    for error in errors {
      // A relationship also stands under `attributes` here.
      let steps = error["source"]?["pointer"]?.string?.split(separator: "/") ?? []
      guard steps.count >= 3, steps[0] == "data", steps[1] == "attributes" || steps[1] == "relationships",
        members.contains(where: { $0.name == steps[2] })
      else { return nil }
      names.insert(String(steps[2]))
    }
    let refused = members.filter { names.contains($0.name) }
    return refused.count < members.count ? refused : nil
  }
}

/// The site takes no writes: whatever else waits would be refused, too.
struct WritesRefused: Error, CustomStringConvertible {
  /// The site's words.
  var detail: String

  var description: String {
    "the site takes no writes: \(detail)"
  }

  /// Where the way out is.
  static let advice =
    "on the site, at \(SiteError.writesSetting), choose \u{201C}Accept all JSON:API create, read, update, and delete "
    + "operations\u{201D}; the next sync tries at once"
}

/// A copy was read within the second of its own `changed`, and this push has waited for such copies long enough.
struct CopyNotSettled: Error, CustomStringConvertible {
  var seconds: Double
  var description: String { "the resource was edited on the site this second; its copy is read again after it" }
}
