import Foundation
import JSONAPI
import SampleSite
import Support
import Upstream

@testable import Store

/// What went on in a history, step by step: `PUSH_TRACE=1 PUSH_SEED=N` tells it on standard error.
extension PushHistory {
  private static let isTraced = ProcessInfo.processInfo.environment["PUSH_TRACE"] != nil

  func trace(_ what: @autoclosure () -> String) {
    if PushHistory.isTraced { Simulation.say("\(site.now) \(what())") }
  }

  func trace(_ request: OutboundRequest, _ target: String, _ fate: String, _ answer: PlainAnswer?) {
    guard PushHistory.isTraced, target != "/jsonapi" else { return }
    trace("\(request.method) \(target), \(fate): \(request.body.map(PushHistory.brief) ?? "")")
    if let answer { trace("  \(answer.status) \(PushHistory.brief(answer.body))") }
  }

  static func brief(_ action: LocalChange.Action) -> String {
    func tail(_ identifiers: [ResourceIdentifier]) -> [Substring] { identifiers.map { $0.id.suffix(12) } }
    return switch action {
    case .create(let object): "created: \(brief(data: object.json))"
    case .update(let object): "changed: \(brief(data: object.json))"
    case .delete: "deleted"
    case .append(let targets, let name): "\(name) gets \(tail(targets))"
    case .remove(let targets, let name): "\(name) loses \(tail(targets))"
    case .replace(let name, let linkage): "\(name) is \(tail(linkage.identifiers))"
    case .upload(let file, _, _, _): "uploaded, \(file.bytes) bytes"
    }
  }

  /// The members of a document that writers speak of.
  static func brief(_ document: [UInt8]) -> String {
    (try? JSON(parsing: document)["data"]).map(brief(data:)) ?? ""
  }

  private static func brief(data: JSON) -> String {
    let (attributes, relationships) = (data["attributes"], data["relationships"])
    var told = ["changed", "title", "mail", "sticky"].compactMap { name in
      attributes?[name].map { "\(name) \($0.text())" }
    }
    for name in ["body", "field_comment_body"] {
      told += attributes?[name]?["value"].map { ["\(name) \($0.text())"] } ?? []
    }
    for name in ["social_tagging", "field_topic_image", "uid"] {
      guard let linked = relationships?[name]?["data"] else { continue }
      told.append("\(name) \((linked.array ?? [linked]).map { $0["id"]?.string?.suffix(12) ?? "-" })")
    }
    return told.joined(separator: ", ")
  }
}
