import Coding

/// The three ways a query tree is written.
package enum QueryEncoding: Sendable {
  /// As Drupal builds links (`links.self`, pagers): all but unreserved characters encoded, `/` in values literal.
  case drupal
  /// As Symfony rebuilds the request's URI (`via` of errors): as above, `/` encoded.
  case symfony
  /// As the reference writes requests (section 6.5): `,` and `/` in values literal.
  case client
}

extension QueryTree {
  /// The query string without `?`; empty for an empty tree.
  package func encoded(_ encoding: QueryEncoding) -> String {
    var output: [UInt8] = []
    append(to: &output, under: [], encoding)
    return String(decoding: output, as: UTF8.self)
  }

  /// - Parameter parent: the name that the members stand below, encoded; empty at the top.
  private func append(to output: inout [UInt8], under parent: [UInt8], _ encoding: QueryEncoding) {
    // Drupal takes a parent of "0" for none.
    let isTop = parent.isEmpty || (encoding == .drupal && parent == [UInt8(ascii: "0")])
    for member in members {
      var name = isTop ? [] : parent
      if !isTop { name += "%5B".utf8 }
      PercentCoding.append(member.name, to: &name)
      if !isTop { name += "%5D".utf8 }
      switch member.node {
      case .tree(let tree): tree.append(to: &output, under: name, encoding)
      case .text(let text):
        if !output.isEmpty { output.append(UInt8(ascii: "&")) }
        output += name
        output.append(UInt8(ascii: "="))
        PercentCoding.append(text, keeping: encoding.literal, to: &output)
      }
    }
  }
}

extension QueryEncoding {
  private static let slash = [UInt8(ascii: "/")]
  private static let slashAndComma = [UInt8(ascii: "/"), UInt8(ascii: ",")]

  fileprivate var literal: [UInt8] {
    switch self {
    case .drupal: QueryEncoding.slash
    case .symfony: []
    case .client: QueryEncoding.slashAndComma
    }
  }
}
