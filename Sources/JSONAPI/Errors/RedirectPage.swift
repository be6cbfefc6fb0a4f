import Coding

/// The page that the site's framework (Symfony) sends with a redirect.
package enum RedirectPage {
  /// The page as bytes; the location is escaped for HTML.
  package static func body(_ location: String) -> [UInt8] {
    let text = HTMLText.escaped(location)
    return Array(
      """
      <!DOCTYPE html>
      <html>
          <head>
              <meta charset="UTF-8" />
              <meta http-equiv="refresh" content="0;url='\(text)'" />

              <title>Redirecting to \(text)</title>
          </head>
          <body>
              Redirecting to <a href="\(text)">\(text)</a>.
          </body>
      </html>
      """.utf8)
  }
}
