import Foundation
import JSONAPI
import OpenSocial
import Store

/// What a write makes of a checked body: the changes that are to be recorded.
extension WriteAnswers {
  /// What is to be recorded.
  struct Plan {
    var type: String
    var uuid: ResourceID
    /// The new file's, where one is attached to a resource.
    var file: ResourceID?
    var actions: [LocalChange.Action]
    var isBare = false
    var fileType = "file--file"
    /// In which state the resource was when it was checked.
    var stamp: WriteSubject.Stamp?

    /// Whether it removes the resource: nothing else of it can be wrong.
    var isDeletion: Bool {
      actions.contains { action in
        if case .delete = action { return true }
        return false
      }
    }
  }

  func plan(
    _ write: WriteRequest, _ body: WriteBody, _ subject: WriteSubject, _ known: SnapshotResources
  ) throws -> Plan {
    var plan = try actions(write, body, subject, known)
    plan.fileType = subject.fileType
    plan.stamp = subject.stamp
    return plan
  }

  private func actions(
    _ write: WriteRequest, _ body: WriteBody, _ subject: WriteSubject, _ known: SnapshotResources
  ) throws -> Plan {
    let uuid = subject.uuid ?? ResourceID.random()
    switch write.route {
    case .create:
      let document = try WriteDocument(body, about: subject, known)
      return Plan(type: subject.type, uuid: document.id ?? uuid, actions: [.create(document.object)])
    case .change where write.method == "DELETE":
      return Plan(type: subject.type, uuid: uuid, actions: [.delete], isBare: true)
    case .change:
      let document = try WriteDocument(body, about: subject, known)
      return Plan(type: subject.type, uuid: uuid, actions: [.update(document.object)])
    case .relationship(_, _, let name): return try edit(name, uuid, body, subject, known)
    case .upload(_, let name):
      let file = try stage(body, name, write, subject)
      return Plan(
        type: subject.fileType, uuid: uuid, actions: [.upload(file, hostType: subject.type, field: name)])
    case .attach(_, _, let name):
      let file = try stage(body, name, write, subject)
      let isList = try subject.isList(name)
      let fileUUID = ResourceID.random()
      let identifier = ResourceIdentifier(type: subject.fileType, id: fileUUID.description)
      return Plan(
        type: subject.type, uuid: uuid, file: fileUUID,
        actions: [
          .upload(file, hostType: subject.type, field: name, isAttached: true),
          isList ? .append([identifier], to: name) : .replace(name, .one(identifier)),
        ])
    }
  }

  private func edit(
    _ name: String, _ uuid: ResourceID, _ body: WriteBody, _ subject: WriteSubject, _ known: SnapshotResources
  ) throws -> Plan {
    let stored = try subject.stored?.value(.relationships, name)
    guard let field = subject.schema?.field(name), !field.isInternal,
      !FieldDescription(name, of: subject.entityType).isClosed,
      let linkage = stored?["data"].flatMap({ try? Linkage($0) })
    else { throw subject.refusal(403, "The current user is not allowed to edit this relationship.") }
    let isList = try subject.isList(name)
    let given = try RelationshipDocument(body, field: field, isList: isList, about: subject, known).items
    guard isList else {
      let new = given.first.map { Linkage.one($0) } ?? .none
      return Plan(type: subject.type, uuid: uuid, actions: [.replace(name, new)], isBare: true)
    }
    let edit = RelationshipEdit(subject.method, name, old: linkage.identifiers, given: given)
    return Plan(
      type: subject.type, uuid: uuid, actions: [edit.action],
      isBare: subject.method == "DELETE" || edit.isAllSent)
  }

  private func stage(
    _ body: WriteBody, _ name: String, _ write: WriteRequest, _ subject: WriteSubject
  ) throws -> StagedFile {
    let field = try UploadRequest.field(name, of: subject)
    let upload = try UploadRequest(disposition: write.disposition, for: field, about: subject)
    return try (body.file ?? ReceivedBody(body.bytes)).staged(as: upload.filename, by: recording)
  }
}

extension WriteSubject {
  /// Whether a relationship is to-many: the resource itself says so, else its type.
  func isList(_ name: String) throws -> Bool {
    if let data = try stored?.value(.relationships, name)?["data"], !data.isNull { return data.array != nil }
    return schema?.field(name)?.isList ?? false
  }
}

extension ResourceID {
  /// A new version 4 UUID.
  static func random() -> ResourceID {
    ResourceID(
      high: UInt64.random(in: 0 ... .max) & ~0xF000 | 0x4000, low: UInt64.random(in: 0 ... .max) >> 2 | 1 << 63)
  }
}
