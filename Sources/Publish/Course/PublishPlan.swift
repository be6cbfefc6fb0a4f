/// What is to be done so that a copy is as the mirror is. Decided from what both say, and from nothing else.
enum PublishPlan: Hashable {
  /// It is so already.
  case nothing
  /// The copy follows: first its tables, then what has changed since.
  case follow([TableChange])
  /// All of it is loaded; with why, where there was a copy before.
  case load(String?)

  /// Grows where the same views are published otherwise: then all is loaded anew.
  static let form = 1

  /// What the mirror says.
  struct Facts {
    /// The number of its last change.
    var last: Int64
    /// From which number on it is known what has left.
    var keptFrom: Int64
    /// The site's base URL.
    var site: String
    /// The words of the copy's last steps that it knows.
    var marks: [String]
    /// The tables that there are to be.
    var tables: [PublishedTable]
  }

  /// - Parameters:
  ///   - copy: what the copy says; nil where there is none.
  ///   - isTaken: whether its schema holds anything.
  ///   - schema: its name, for words.
  /// - Throws: `PublishRefusal` where nothing may be done.
  init(_ copy: Publication?, isTaken: Bool, schema: String, _ mirror: Facts) throws {
    guard let copy else {
      guard !isTaken else {
        throw PublishRefusal(
          "the schema \(schema) holds tables that no mirror made; name another one with publish.schema")
      }
      self = .load(nil)
      return
    }
    let isKnown = mirror.marks.contains(copy.mark)
    guard copy.form <= PublishPlan.form else {
      throw PublishRefusal("the schema \(schema) was made by a newer social-mirror; update this one")
    }
    guard isKnown || copy.site == mirror.site else {
      throw PublishRefusal(
        "the schema \(schema) is a copy of \(copy.site), and this mirror is one of \(mirror.site); name another one with "
          + "publish.schema, or drop it")
    }
    if let reason = PublishPlan.reasonToLoad(copy, isKnown: isKnown, mirror) {
      self = .load(reason)
      return
    }
    let changes = TableChange.changes(from: copy.tables, to: mirror.tables)
    self = changes.isEmpty && copy.sequence == mirror.last ? .nothing : .follow(changes)
  }

  private static func reasonToLoad(_ copy: Publication, isKnown: Bool, _ mirror: Facts) -> String? {
    if copy.form != form { return "an older social-mirror made it" }
    if !isKnown || copy.sequence > mirror.last {
      return "it is the copy of another mirror, or this one went back to a backup"
    }
    if copy.sequence < mirror.keptFrom { return "what has left since it was made is not known any more" }
    if copy.site != mirror.site { return "the site has another address" }
    return nil
  }
}
