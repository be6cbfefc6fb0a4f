import HTTPTypes
import JSONAPI
import Store

/// Contents of files: public ones for everyone, others for signed-in callers.
struct FilesSection: Section {
  let files: FileAnswers

  func answer(_ route: FileRoute, to asked: Asked) throws -> Answer? {
    switch route {
    case .content:
      guard let content = try files.content(asked.uri.path, seeing: asked.viewer.sight) else { return nil }
      guard asked.isRead else { return Answer(onlyAllowing: "GET, HEAD") }
      if !content.isPublic, let refusal = asked.refusal { return refusal }
      return files.answer(content, asked.head)
    }
  }
}
