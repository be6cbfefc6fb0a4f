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
    append(to: &output, under: "", encoding)
    return String(decoding: output, as: UTF8.self)
  }

  private func append(to output: inout [UInt8], under parent: String, _ encoding: QueryEncoding) {
    for member in members {
      // Drupal takes a parent of "0" for none.
      let isTop = parent.isEmpty || (encoding == .drupal && parent == "0")
      let name = isTop ? PercentCoding.encoded(member.name) : "\(parent)%5B\(PercentCoding.encoded(member.name))%5D"
      switch member.node {
      case .tree(let tree): tree.append(to: &output, under: name, encoding)
      case .text(let text):
        if !output.isEmpty { output.append(UInt8(ascii: "&")) }
        output.append(contentsOf: name.utf8)
        output.append(UInt8(ascii: "="))
        PercentCoding.append(text, keeping: encoding.literal, to: &output)
      }
    }
  }
}

extension QueryEncoding {
  fileprivate var literal: [UInt8] {
    switch self {
    case .drupal: [UInt8(ascii: "/")]
    case .symfony: []
    case .client: [UInt8(ascii: "/"), UInt8(ascii: ",")]
    }
  }
}
