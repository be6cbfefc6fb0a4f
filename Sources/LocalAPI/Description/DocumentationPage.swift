import HTTPTypes
import JSONAPI
import NIOCore

/// The page on which ReDoc shows the description. All that it loads comes from the mirror.
enum DocumentationPage {
  /// Paths are told from the page's own place, whatever stands before it. ReDoc knows light colours alone, draws no focus of its own, and
  /// moves whether people want it or not.
  private static let html: HTML = """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <title>API documentation</title>
    <link rel="icon" href="data:,">
    <style>
    body { margin: 0; color: #333; background: #fff }
    :focus-visible { outline: 3px solid #4a90e2 !important; outline-offset: 2px }
    @media (prefers-reduced-motion: reduce) {
      *, *::before, *::after { transition: none !important; animation: none !important; scroll-behavior: auto !important }
    }
    </style>
    </head>
    <body>
    <main id="description">
    <noscript>This page needs scripts. The description itself: <a href="../../../../../mirror/openapi.json">OpenAPI 3.1</a>,
    <a href="../../../../../openapi/jsonapi?_format=json">OpenAPI 2.0</a>.</noscript>
    </main>
    <script src="jsonapi/redoc.standalone.js"></script>
    <script src="jsonapi/start.js"></script>
    </body>
    </html>

    """

  private static let script = """
    "use strict";
    Redoc.init(
      new URL("../../../../../mirror/openapi.json", location.href).href,
      { nativeScrollbars: true, requiredPropsFirst: true, sanitize: true },
      document.getElementById("description"));

    """

  /// What the page may do: run the mirror's scripts, and the one that ReDoc makes to search; it writes styles of its own.
  private static let policy =
    "default-src 'none'; script-src 'self'; worker-src blob:; style-src 'unsafe-inline'; img-src 'self' data:; "
    + "font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

  /// The page.
  static var answer: Answer {
    var answer = Answer(page: "", status: 200)
    answer.body = ByteBuffer(string: html.text)
    answer.fields[.contentSecurityPolicy] = policy
    answer.fields[.cacheControl] = "no-store"
    return answer
  }

  /// The script that starts ReDoc.
  static var start: Answer {
    var answer = Answer(page: "", status: 200)
    answer.body = ByteBuffer(string: script)
    answer.fields[.contentType] = "text/javascript; charset=UTF-8"
    return answer
  }

  /// What is shown where ReDoc is missing.
  static func missing(_ folders: [String]) -> Page {
    let places = HTML(folders.map { folder -> HTML in "<li><code>\(folder)</code></li>\n" })
    return Page(
      "ReDoc is not here",
      """
      <p>This page shows the description of the API with ReDoc, which is a package of its own. Whoever runs this mirror gets it with
      <code>make redoc</code>, or takes <code>\(RedocBundle.script)</code> and <code>\(RedocBundle.licence)</code> out of the package
      <code>drf-spectacular-sidecar</code> of PyPI and lays both into one of these folders:</p>
      <ul>
      \(places)</ul>
      <p>The description itself is here: <a href="../../../../../mirror/openapi.json">OpenAPI 3.1</a>,
      <a href="../../../../../openapi/jsonapi?_format=json">OpenAPI 2.0</a>.</p>
      """)
  }
}
