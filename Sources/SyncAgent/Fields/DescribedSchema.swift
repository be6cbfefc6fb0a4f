import OpenSocial
import Store
import Upstream

extension TypeSchema {
  /// A type as the site's API description has it.
  /// - Parameter words: what people call the type.
  package init(described fields: [SiteDescription.Field], words: Words? = nil) {
    self.init(
      fields: fields.map { described in
        var field = Field(described.name, isRelationship: described.isRelationship)
        field.words = described.words
        if !described.properties.isEmpty {
          field.kind = .object
          field.properties = described.properties.map { Property($0) }
        }
        if !described.targets.isEmpty { field.describedTargets = described.targets }
        return field
      })
    self.words = words
  }
}
