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
    var headers = HTTPHeaders()
    headers.reserveCapacity(answer.fields.count + 3)
    for field in answer.fields { headers.add(name: field.name.rawName, value: field.value) }
    headers.add(name: "Content-Length", value: String(answer.length))
    headers.add(name: "Date", value: now())
    headers.add(name: "Server", value: serverName)
    return HTTPResponseHead(version: .http1_1, status: .init(statusCode: answer.status), headers: headers)
  }

  private mutating func now() -> String {
    let second = Int64(Date().timeIntervalSince1970)
    if second != date.second { date = (second, IMFFixdate.text(unixSeconds: second)) }
    return date.text
  }
}
