import Crypto
import Foundation
import HTTPTypes
import JSONAPI
import NIOCore

/// A page for people: plain HTML that needs no script, of which nothing can be run and which no other page can frame.
struct Page: Sendable {
  var title: String
  var content: HTML
  /// Where the answer to a form may lead, besides the mirror itself: sources of a content security policy.
  var formTargets: [String] = []

  init(_ title: String, _ content: HTML, formTargets: [String] = []) {
    (self.title, self.content, self.formTargets) = (title, content, formTargets)
  }

  fileprivate var html: HTML {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <title>\(title)</title>
    <style>\(HTML(stringLiteral: Page.style))</style>
    </head>
    <body>
    <main>
    <h1>\(title)</h1>
    \(content)
    </main>
    </body>
    </html>

    """
  }

  /// All that the browser may do with the page: show it in the mirror's own style, and send its forms.
  fileprivate var policy: String {
    let targets = (["'self'"] + formTargets).joined(separator: " ")
    return
      "default-src 'none'; style-src '\(Page.styleHash)'; form-action \(targets); frame-ancestors 'none'; base-uri 'none'"
  }

  private static let styleHash = "sha256-" + Data(SHA256.hash(data: Data(style.utf8))).base64EncodedString()

  private static let style = """
    :root { color-scheme: light dark; color: CanvasText; background: Canvas; font: 1rem/1.5 system-ui, sans-serif }
    main { max-width: 28rem; margin: 3rem auto; padding: 0 1rem; overflow-wrap: anywhere }
    h1 { font-size: 1.4rem }
    h2 { font-size: 1.15rem }
    label { display: block; margin: 1rem 0 }
    input:not([type=checkbox]) { display: block; width: 100%; box-sizing: border-box; font: inherit; padding: .5rem }
    button { font: inherit; padding: .5rem 1rem; margin: 1rem .5rem 0 0 }
    .notice { border-left: .25rem solid #c33; padding-left: .75rem }
    """
}

extension Answer {
  /// A page for people. It is kept by no cache, and tells no other site where it was.
  init(_ page: Page, status: Int = 200) {
    self.init(page: "", status: status)
    body = ByteBuffer(string: page.html.text)
    fields[.contentSecurityPolicy] = page.policy
    fields[.cacheControl] = "no-store"
    // Of pages on the same host the origin has to be told: forms are known by it.
    fields[.referrerPolicy] = "same-origin"
  }

  /// A step on the way of a person: 303 after a form (RFC 9110 section 15.4.4), else 302, without a body and kept by no cache. The
  /// address that is left, in which codes may be, is told to nobody.
  init(leadingTo location: String, after method: HTTPRequest.Method) {
    self.init(status: method == .post ? 303 : 302)
    fields[.location] = location
    fields[.cacheControl] = "no-store"
    fields[.referrerPolicy] = "no-referrer"
  }
}

extension HTTPFields {
  /// What keeps a file that members uploaded from acting as a page of the mirror, where people sign in: nothing in it is run, and it has
  /// no origin. Browsers show a PDF by a program of their own, which that would keep out.
  mutating func closeFile(ofType mediaType: String?) {
    if mediaType?.loweredASCII.hasPrefix("application/pdf") == true { return }
    self[.contentSecurityPolicy] =
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src 'self'; sandbox"
  }

  /// What keeps a page from being framed, run, or taken for what it is not: for all pages of HTML.
  mutating func closePage() {
    self[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
    self[.frameOptions] = "DENY"
    self[.referrerPolicy] = "no-referrer"
  }
}

extension HTTPField.Name {
  static let frameOptions = parsed("X-Frame-Options")
  static let referrerPolicy = parsed("Referrer-Policy")
}
