import OpenSocial
import Store
import Upstream

extension TypeSchema {
  /// A type as the site's API description has it.
  package init(described fields: [SiteDescription.Field]) {
    self.init(
      fields: fields.map { described in
        var field = Field(described.name, isRelationship: described.isRelationship)
        if !described.properties.isEmpty {
          field.kind = .object
          field.properties = described.properties.map { Property($0) }
        }
        if !described.targets.isEmpty { field.describedTargets = described.targets }
        return field
      })
  }
}
