import JSONAPI
import OpenSocial
import Store

/// Where the site has routes for uploads: it names them among the methods of a route.
enum UploadRoutes {
  /// Whether a relationship takes files: it leads to files, or, where none was seen, is named like one that does.
  static func takesFiles(_ field: TypeSchema.Field, _ homes: EntityTypes) -> Bool {
    guard field.isRelationship, !field.isInternal else { return false }
    guard field.targets.isEmpty else { return field.targets.contains { homes.entityType(of: $0) == "file" } }
    return FieldDescription(field.name).isNamedLikeFiles
  }
}

extension ReadSnapshot {
  /// Whether the site has upload routes below a type's resources: as far as is known of its fields, or seen in its rows. Who sees
  /// no files has none.
  func hasUploadRoutes(_ type: ServedType) throws -> Bool {
    if !sight.isEverything, try !types().contains(where: { $0.entityType == "file" }) { return false }
    let homes = try entityTypes()
    if try schema(of: type)?.fields.contains(where: { UploadRoutes.takesFiles($0, homes) }) == true { return true }
    return try refersToFiles(type)
  }
}
