import JSONAPI
import OpenSocial
import Store
import Upstream

extension Reading {
  /// A scanner for the site's documents.
  /// - Parameter paths: the path of each resource type.
  package func scanner(of site: Site, paths: [String: String]) throws -> PageScanner {
    let bases = try siteBases()
    var scanner = PageScanner(
      base: DocumentBase(bases.first ?? site.base.description),
      others: (bases + [site.base.description]).map { DocumentBase($0) }, paths: paths, serials: try serialNumbers())
    for (type, names) in try attributeNames() { scanner.call(names, of: type) }
    return scanner
  }
}
