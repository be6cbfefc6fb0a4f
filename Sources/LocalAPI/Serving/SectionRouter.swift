import JSONAPI
import Measures
import Store

/// Which section answers which route: a route that none has does not compile. A class, so that a request copies one reference and
/// not all that the sections hold.
final class SectionRouter: Sendable {
  let reading: ReadingSection
  let writing: WritingSection
  let files: FilesSection
  let signingIn: SigningInSection
  let description: DescriptionSection
  let own: OwnSection
  let facts: KnownSiteFacts

  init(
    reading: ReadingSection, writing: WritingSection, files: FilesSection, signingIn: SigningInSection,
    description: DescriptionSection, own: OwnSection, facts: KnownSiteFacts
  ) {
    (self.reading, self.writing, self.files, self.signingIn) = (reading, writing, files, signingIn)
    (self.description, self.own, self.facts) = (description, own, facts)
  }

  /// Answers a read: GET, HEAD or OPTIONS.
  func answer(_ asked: Asked) throws -> Answer {
    var answer = try found(asked) ?? SectionRouter.nothing
    answer.kind = RouteKind(asked.route)
    return answer
  }

  /// Answers a request that may change something, or whose answer has to be waited for.
  func change(_ asked: Asked, _ sent: Sent) async throws -> Answer {
    // A path that only looked like one for which a read waits.
    if asked.isRead, asked.route != .signingIn(.authorize), asked.route != .own(.changes) { return try answer(asked) }
    var answer = try await changed(asked, sent) ?? SectionRouter.nothing
    answer.kind = RouteKind(changing: asked.route)
    return answer
  }

  private func changed(_ asked: Asked, _ sent: Sent) async throws -> Answer? {
    switch asked.route {
    case .resource(let route): return try await writing.change(route, asked, sent)
    case .signingIn(let route): return try await signingIn.change(route, asked, sent)
    case .description(let route): return try await description.change(route, asked, sent)
    case .own(let route):
      if let answer = try await own.change(route, asked, sent) { return answer }
      return try await files.change(.content, asked, sent)
    case .file(let route): return try await files.change(route, asked, sent)
    case .moved(let path): return try moved(path, asked)
    }
  }

  private func found(_ asked: Asked) throws -> Answer? {
    switch asked.route {
    case .resource(let route): return try reading.answer(route, to: asked)
    case .signingIn(let route): return try signingIn.answer(route, to: asked)
    case .description(let route): return try description.answer(route, to: asked)
    case .own(let route):
      // A site may have a file where none of ours is.
      return try own.answer(route, to: asked) ?? files.answer(.content, to: asked)
    case .file(let route): return try files.answer(route, to: asked)
    case .moved(let path): return try moved(path, asked)
    }
  }

  /// 301 where the path leads to a route without the slashes that are too many; the query stays.
  private func moved(_ path: String, _ asked: Asked) throws -> Answer? {
    guard asked.isRead, try exists(Route(path, facts.facts().paths), seeing: asked.viewer.sight) else { return nil }
    let query = asked.uri.query.uriQuery
    return Answer(movedTo: asked.uri.base + path + (query.isEmpty ? "" : "?\(query)"))
  }

  private func exists(_ route: Route, seeing sight: Sight) throws -> Bool {
    switch route {
    case .resource(let route): try reading.known(route, seeing: sight) != nil
    case .description: true
    case .signingIn, .own, .file, .moved: false
    }
  }

  /// What is nowhere.
  private static var nothing: Answer { Answer(page: "Page not found", status: 404) }
}
