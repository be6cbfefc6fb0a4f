import Foundation
import GRDB
import JSONAPI

extension Reading {
  /// The UUIDs of a type's resources that have local changes under way.
  package func identifiersWithChanges(of type: String) throws -> Set<ResourceID> {
    try read { db in
      let sql = """
        SELECT i.uuid FROM outbox_copy c JOIN identity i ON i.id = c.resource
        WHERE i.type = (SELECT id FROM resource_type WHERE name = ?)
        """
      return Set(try Data.cachedAll(db, sql: sql, arguments: [type]).compactMap(IdentityText.id))
    }
  }

  /// A resource as the site showed it last, in stored form: without what was changed here and is under way. Nil where the site
  /// has not shown it.
  package func siteDocument(of uuid: ResourceID, type: String) throws -> [UInt8]? {
    try read { db in
      guard let id = try Int64.cachedOne(db, sql: "SELECT id FROM resource_type WHERE name = ?", arguments: [type])
      else { return nil }
      return try Row.cachedOne(db, sql: Reading.siteDocument, arguments: [Data(uuid.bytes), id]).flatMap {
        try $0.decode(String?.self, atIndex: 0).map { Array($0.utf8) }
      }
    }
  }

  /// The same by UUID and the number of the type.
  static let siteDocument = """
    SELECT iif(c.resource IS NULL, r.document, coalesce(c.site_document, c.base_document))
    FROM identity i LEFT JOIN resource r ON r.id = i.id LEFT JOIN outbox_copy c ON c.resource = i.id
    WHERE \(IdentityIndex.uuid("i")) = ? AND i.type = ?
    """
}
