import Coding

/// What is asked over the socket, one JSON object on one line. Whatever is in it that is not known refuses the whole: half of a wish is
/// another one.
package struct ControlRequest: Sendable, Hashable {
  /// A request that is not carried out, and why.
  package struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// A sentence without a capital or a full stop.
    package var description: String
  }

  /// The round that is wanted.
  package var wish: RoundWish

  /// So long may a request be, without its line break.
  package static let mostBytes = 16_384
  /// So many names may stand in a list.
  static let mostNames = 1_000

  /// A request for a round.
  package init(_ wish: RoundWish) { self.wish = wish }

  /// Reads a request.
  /// - Throws: `Refusal`.
  package init(parsing line: [UInt8]) throws(Refusal) {
    guard line.count <= ControlRequest.mostBytes else { throw Refusal(description: "the request is too long") }
    let json: JSON
    do { json = try JSON(parsing: line) } catch { throw Refusal(description: "the request is \(error)") }
    guard let members = json.object?.members, json["do"]?.string == "round" else {
      throw Refusal(description: "the request is for something that this version does not do")
    }
    var wish = RoundWish()
    for member in members {
      switch (member.name, member.value) {
      case ("do", _): break
      case ("full", .bool(let isFull)): wish.isFull = isFull
      case ("push", .bool(let pushes)): wish.leavesChanges = !pushes
      case ("sweep", .string(let word)):
        guard let sweep = RoundWish.Sweep(rawValue: word) else { throw ControlRequest.strange("sweep") }
        wish.sweep = sweep
      case ("acceptRemovals", .array(let names)):
        wish.acceptedRemovals = try ControlRequest.names(names, "acceptRemovals")
      case ("only", .array(let names)): wish.only = try ControlRequest.names(names, "only")
      default: throw ControlRequest.strange(member.name)
      }
    }
    if wish.sweep == .never, !wish.acceptedRemovals.isEmpty {
      throw Refusal(description: "accepting removals needs a sweep")
    }
    self.init(wish)
  }

  private static func names(_ list: [JSON], _ member: String) throws(Refusal) -> Set<String> {
    guard list.count <= mostNames else { throw Refusal(description: "\(member) has too many names") }
    var names: Set<String> = []
    for one in list {
      guard let name = one.string, (1...255).contains(name.utf8.count) else { throw strange(member) }
      names.insert(name)
    }
    return names
  }

  private static func strange(_ member: String) -> Refusal {
    Refusal(description: "the request's member \(member.prefix(50)) is not known to this version, or is no such value")
  }

  /// The line that is sent, its line break with it.
  package var line: [UInt8] {
    var members: [(String, JSON)] = [("do", "round")]
    if wish.isFull { members.append(("full", true)) }
    if wish.sweep != .whenDue { members.append(("sweep", .string(wish.sweep.rawValue))) }
    if !wish.acceptedRemovals.isEmpty {
      members.append(("acceptRemovals", .array(wish.acceptedRemovals.sorted().map { .string($0) })))
    }
    if !wish.only.isEmpty { members.append(("only", .array(wish.only.sorted().map { .string($0) }))) }
    if wish.leavesChanges { members.append(("push", false)) }
    return JSON.object(JSONObject(members)).encoded(.plain) + [0x0A]
  }
}
