import Foundation
import Hummingbird
import Logging
import NIOCore

/// Answers everything with the same bytes: the most that Hummingbird can do.
struct StaticResponder: HTTPResponder {
  typealias Context = BasicRequestContext
  let body: ByteBuffer
  let fields: HTTPFields

  func respond(to request: Request, context: Context) async throws -> Response {
    Response(status: .ok, headers: fields, body: ResponseBody(byteBuffer: body))
  }
}

func serve<Responder: HTTPResponder>(_ responder: Responder, port: Int) async throws
where Responder.Context == BasicRequestContext {
  var logger = Logger(label: "static")
  logger.logLevel = .warning
  let application = Application(
    responder: responder,
    configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port), serverName: "static"),
    onServerRunning: { channel in
      // The script waits for this line, so it must not stay in a buffer.
      FileHandle.standardOutput.write(Data("listening on \(channel.localAddress?.port ?? 0)\n".utf8))
    }, logger: logger)
  try await application.runService()
}

func number(_ text: String, _ name: String) -> Int {
  guard let number = Int(text), number >= 0 else { quit("\(name) takes a number, not \(text)") }
  return number
}

func quit(_ message: String) -> Never {
  FileHandle.standardError.write(Data("StaticServer: \(message)\n".utf8))
  exit(64)
}

let arguments = Array(CommandLine.arguments.dropFirst())
switch arguments.first {
case "answer" where arguments.count == 4:
  let body = try Data(contentsOf: URL(fileURLWithPath: arguments[2]))
  try await serve(
    StaticResponder(body: ByteBuffer(bytes: body), fields: [.contentType: arguments[3]]),
    port: number(arguments[1], "the port"))
case "pages" where arguments.count == 5:
  let port = number(arguments[1], "the port")
  let document = try Data(contentsOf: URL(fileURLWithPath: arguments[2]))
  let templates = ResourceTemplate.all(in: Array(document))
  guard !templates.isEmpty else { quit("\(arguments[2]) has no resources to clone") }
  try await serve(
    PageSite(
      base: "http://127.0.0.1:\(port)", templates: templates, pages: number(arguments[3], "the number of pages"),
      firstChanged: number(arguments[4], "the first changed")),
    port: port)
default:
  quit(
    """
    usage: StaticServer answer <port> <file> <media type>
           StaticServer pages <port> <collection document> <pages> <changed of the first resource, Unix seconds>
    """)
}
