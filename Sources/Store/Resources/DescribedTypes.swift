import GRDB
import JSONAPI
import OpenSocial

extension Discovery {
  /// Takes in a type's fields as the site's API description has them, in its order; what was seen in resources stays.
  /// - Parameter schema: kinds may be null where the description does not say them.
  package func describe(_ type: String, _ schema: TypeSchema) throws {
    try write { db in
      let id = try Names(db).type(type)
      let known = try SchemaLearner.read(id, db)
      var merged = schema
      if let known {
        // What was seen goes before what is said of it.
        for index in merged.fields.indices {
          guard let seen = known.schema.field(merged.fields[index].name), seen.kind != .null else { continue }
          merged.fields[index].kind = .null
          merged.fields[index].properties = []
        }
        merged.merge(known.schema)
      }
      guard merged != known?.schema else { return }
      try SchemaLearner.write(merged, examined: known?.examined ?? 0, type: id, db)
    }
  }
}
