import JSONAPI

/// One member that both sides changed. Nil stands for an absent member.
package struct ConflictField: Sendable, Hashable {
  /// Whether it is an attribute or a relationship, whose values are its `data`.
  package var group: ChangedMember.Group
  /// The public name, such as `title`.
  package var name: String
  /// The value last agreed with the site.
  package var base: JSON?
  /// The value that the site has.
  package var site: JSON?
  /// The value that the change sets; nil where it deletes.
  package var local: JSON?

  /// A member in conflict.
  package init(_ group: ChangedMember.Group, _ name: String, base: JSON?, site: JSON?, local: JSON?) {
    self.group = group
    self.name = name
    self.base = base
    self.site = site
    self.local = local
  }

  var json: JSON {
    var object = JSONObject([("in", .string(group.rawValue)), ("name", .string(name))])
    // A conflict is kept as long as its resource.
    if FieldValue.isSecret(name) { return .object(object) }
    object["base"] = base
    object["site"] = site
    object["local"] = local
    return .object(object)
  }
}

/// A change that could not be merged, with all that is known: kept as long as the resource is.
package struct OutboxConflict: Sendable, Hashable {
  /// What stands against what.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Both sides changed the same members.
    case fields
    /// Changed here, deleted on the site.
    case deletedOnSite = "deleted on site"
    /// Deleted here, changed on the site.
    case changedOnSite = "changed on site"
    /// Created here, but the site has another resource of that UUID.
    case exists
  }

  /// Its number: grows with every conflict, never used again.
  package var id: Int64
  /// The number of the change in the outbox.
  package var change: Int64
  /// The resource's type, such as `node--topic`.
  package var type: String
  /// The resource's id, as it is today.
  package var uuid: ResourceID
  /// What stands against what.
  package var kind: Kind
  /// Who asked for the change; nobody where its row is gone.
  package var author: ChangeAuthor
  /// When it was noticed, Unix seconds of this machine.
  package var noticed: Int64
  /// The resource as it was last agreed on; nil where the site never had it.
  package var base: JSON?
  /// As the site has it; nil where it is gone.
  package var site: JSON?
  /// As it is shown here; nil where it was deleted.
  package var local: JSON?
  /// The members that stand against each other; none where the site deleted the resource.
  package var fields: [ConflictField]
  /// What was decided, such as `site` or `policy local`, or the state in which the change ended without; nil while it waits.
  package var decision: String?
  /// When it was decided, Unix seconds of this machine; nil while it waits.
  package var decided: Int64?
}

/// How a conflict ends.
package enum ConflictDecision: Sendable, Hashable {
  /// The site's version stays; the change is dropped.
  case site
  /// The change goes to the site over what is there.
  case local
  /// This resource goes to the site: an object with `attributes` and `relationships`, or a document with one as `data`.
  case document(JSON)

  var name: String {
    switch self {
    case .site: "site"
    case .local: "local"
    case .document: "file"
    }
  }
}

/// Why a command on the queue or the conflicts was refused, with the way out.
package struct OutboxRefusal: Error, Sendable, CustomStringConvertible {
  /// One sentence for the operator.
  package var description: String

  /// A refusal.
  package init(description: String) { self.description = description }

  /// Somebody decided about a change that is another one by now.
  init(changed id: Int64) {
    self.init(description: "change \(id) is not as it was shown any more: nothing was done; look at it again")
  }
}
