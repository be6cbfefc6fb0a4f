import Foundation
import HTTPTypes
import JSONAPI
import NIOHTTP1

/// Makes heads of responses of answers.
struct AnswerHeads {
  let serverName: String
  /// The `Date` of this second.
  private var date = (second: Int64.min, text: "")

  init(serverName: String) { self.serverName = serverName }

  /// The head with which an answer is sent.
  mutating func head(_ answer: Answer) -> HTTPResponseHead {
    // Added one by one, each would be compared with names that it cannot have.
    var fields: [(String, String)] = []
    fields.reserveCapacity(answer.fields.count + 3)
    for field in answer.fields { fields.append((field.name.rawName, field.value)) }
    fields.append(("Content-Length", String(answer.length)))
    fields.append(("Date", now()))
    fields.append(("Server", serverName))
    return HTTPResponseHead(
      version: .http1_1, status: .init(statusCode: answer.status), headers: HTTPHeaders(fields))
  }

  private mutating func now() -> String {
    let second = Int64(Date().timeIntervalSince1970)
    if second != date.second { date = (second, IMFFixdate.text(unixSeconds: second)) }
    return date.text
  }
}
