/// The query string of a request: what it means, and how the site repeats it in links (reference 2.3, 4.2).
package struct QueryString: Sendable, Hashable {
  /// The parameters as the site's code reads them.
  package let tree: QueryTree
  /// The request's own query as Symfony rebuilds it: top-level names sorted. Stands in `via` links. Without `?`.
  package let uriQuery: String
  /// The query of `links.self`: as `uriQuery`, in Drupal's encoding. Without `?`.
  package let selfQuery: String

  /// No parameters.
  static let empty = QueryString(parsing: "")

  /// Reads a raw query string, given without `?`.
  package init(parsing raw: String) {
    tree = QueryTree(parsing: raw)
    uriQuery = QueryTree(parsing: raw, mangling: false).sortedByName.encoded(.symfony)
    // The site parses its rebuilt URI a second time to make the link.
    selfQuery = QueryTree(parsing: uriQuery).encoded(.drupal)
  }

  /// The query of a pager link (`first`, `prev`, `next`): the client's order, `page` replaced in place or appended.
  /// Without `?`.
  package func pagerQuery(offset: String, limit: String) -> String {
    var pager = QueryTree()
    var index = 0
    for member in tree.members {
      // PHP's array_merge numbers integer names anew.
      let isInteger = PHPInteger.value(of: member.name) != nil
      pager.append(isInteger ? String(index) : member.name, member.node)
      if isInteger { index += 1 }
    }
    let page = QueryTree([("offset", .text(offset)), ("limit", .text(limit))])
    pager["page"] = .tree(page)
    return pager.encoded(.drupal)
  }
}
