import HTTPTypes
import JSONAPI
import Store

/// Reading: the JSON:API below its entry point.
struct ReadingSection: Section {
  let answers: ResourceAnswers

  func answer(_ route: ResourceRoute, to asked: Asked) throws -> Answer? {
    if asked.head.method == .options { return try options(route, seeing: asked.viewer.sight) }
    if let refusal = asked.refusal { return refusal }
    return try asked.read {
      let likeliest = route.likeliest
      if let answer = try answer(likeliest, ReadRequest(asked, as: likeliest)) { return answer }
      for reading in route.others {
        if let answer = try answer(reading, ReadRequest(asked, as: reading)) { return answer }
      }
      return nil
    }
  }

  private func answer(_ route: ResourceRoute, _ read: ReadRequest) throws -> Answer? {
    switch route {
    case .collection(let path): try answers.collection(read, path: path)
    case .individual(let collection, let id): try answers.individual(read, collection: collection, id: id)
    case .related(let collection, let id, let field):
      try answers.related(read, collection: collection, id: id, field: field)
    case .relationship(let collection, let id, let field):
      try answers.relationship(read, collection: collection, id: id, field: field)
    }
  }

  private func options(_ route: ResourceRoute, seeing sight: Sight) throws -> Answer? {
    guard try known(route, seeing: sight) != nil else { return nil }
    let methods = try answers.methods(of: route, seeing: sight)
    return methods.isEmpty ? nil : Answer(allowing: methods.filter { $0 != "HEAD" })
  }

  /// The reading of a route whose type exists; nil when none does.
  func known(_ route: ResourceRoute, seeing sight: Sight) throws -> ResourceRoute? {
    try answers.reader.single(seeing: sight) { snapshot in
      try route.readings.first { try snapshot.type(path: $0.collectionPath) != nil }
    }
  }
}
