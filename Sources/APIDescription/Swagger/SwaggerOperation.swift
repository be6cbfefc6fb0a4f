import JSONAPI
import OpenSocial

/// An operation in the form of OpenAPI 2.0.
struct SwaggerOperation {
  let operation: Operation
  let api: DescribedAPI

  private var type: DescribedType { operation.type }
  private var linkage: LinkageSchemas { LinkageSchemas(dialect: .swagger) }

  var json: JSON {
    .make([
      "operationId": .string(operation.identifier()), "summary": .string(operation.summary),
      "description": .string(operation.details), "parameters": .array(parameters),
      "consumes": isUpload ? .strings(["application/octet-stream"]) : nil,
      "security": operation.isWrite ? SwaggerDocument.needing(["write"]) : nil, "tags": .strings([type.label]),
      "responses": responses,
    ])
  }

  private var isUpload: Bool {
    switch operation.action {
    case .upload, .attach: true
    default: false
    }
  }

  private var parameters: [JSON] {
    var parameters: [JSON] = operation.hasResource ? [SwaggerParameters.resource(type)] : []
    switch operation.action {
    case .list: return SwaggerParameters.collection(type) + [SwaggerParameters.reference("known")]
    case .view, .related: parameters += ["include", "known"].map(SwaggerParameters.reference)
    case .readLinkage: parameters.append(SwaggerParameters.reference("known"))
    case .upload, .attach:
      let content = JSON.make(["type": "string", "format": "binary"])
      parameters += [
        SwaggerParameters.upload(type), SwaggerParameters.reference("disposition"),
        SwaggerParameters.body(content, "The file's content"),
      ]
    case .create: parameters.append(SwaggerParameters.body(sent(isNew: true), "The new resource"))
    case .update: parameters.append(SwaggerParameters.body(sent(isNew: false), "What is to be changed"))
    case .remove: break
    case .addLinkage(let field), .replaceLinkage(let field), .removeLinkage(let field):
      let schema = linkage.linkageDocument(field, in: type)
      parameters.append(SwaggerParameters.body(schema, "The identifiers"))
    }
    if operation.isWrite { parameters.append(SwaggerParameters.reference("wait")) }
    return parameters
  }

  /// What a client sends of a resource: a new one may come with an id and must come with its label, a change names the resource.
  private func sent(isNew: Bool) -> JSON {
    func part(_ name: String) -> JSON {
      .make(["$ref": .string(SwaggerDocument.reference(to: type.name, "/properties/data/properties/\(name)"))])
    }
    var attributes = part("attributes")
    if isNew, let needed = type.neededAttributes(.swagger) {
      attributes = .make(["allOf": .array([attributes, needed])])
    }
    let properties = JSONObject([
      ("type", part("type")), ("id", part("id")), ("attributes", attributes), ("relationships", part("relationships")),
    ])
    let data = JSON.make([
      "type": "object", "required": .strings(isNew ? ["type", "attributes"] : ["type", "id"]),
      "properties": .object(properties),
    ])
    return .make(["type": "object", "required": ["data"], "properties": .object(JSONObject([("data", data)]))])
  }

  private var responses: JSON {
    let own = JSON.make(["$ref": .string(SwaggerDocument.reference(to: type.name))])
    var responses = JSONObject()
    switch operation.action {
    case .list:
      responses["200"] = SwaggerResponses.read("successful operation", collection(of: [type.name]))
    case .view: responses["200"] = SwaggerResponses.read("successful operation", own)
    case .related(let field):
      responses["200"] = SwaggerResponses.read("successful operation", related(field))
    case .readLinkage(let field):
      responses["200"] = SwaggerResponses.read("successful operation", linkage.linkageDocument(field, in: type))
    case .create: responses["201"] = SwaggerResponses.written("created", own)
    case .update: responses["200"] = SwaggerResponses.written("updated", own)
    case .remove: responses["204"] = SwaggerResponses.written("Entity deleted", nil)
    case .addLinkage(let field), .replaceLinkage(let field):
      let document = linkage.linkageDocument(field, in: type)
      responses["200"] = SwaggerResponses.written("what the relationship has by then", document)
      responses["204"] = SwaggerResponses.written("nothing but what was sent", nil)
    case .removeLinkage: responses["204"] = SwaggerResponses.written("no content", nil)
    case .upload: responses["201"] = SwaggerResponses.written("the new file", file)
    case .attach: responses["200"] = SwaggerResponses.written("the files of the relationship", anyFiles)
    }
    for (status, name) in SwaggerResponses.refusals(operation) {
      responses[status] = .make(["$ref": .string("#/responses/\(name)")])
    }
    return .object(responses)
  }

  private func collection(of types: [String]) -> JSON {
    let items = JSON.make(["type": "array", "items": resource(of: types)])
    return linkage.document(items, title: nil, details: nil)
  }

  /// A resource of one of these types: this form cannot say which of several.
  private func resource(of types: [String]) -> JSON {
    guard types.count == 1, let only = types.first, api.describes(only) else { return linkage.anyResource }
    return .make(["$ref": .string(SwaggerDocument.reference(to: only, "/properties/data"))])
  }

  private func related(_ field: FieldDescription) -> JSON {
    let targets = type.targets(of: field)
    if field.isList { return collection(of: targets) }
    return linkage.document(Dialect.swagger.nullable(resource(of: targets)), title: nil, details: nil)
  }

  private var file: JSON { linkage.document(resource(of: fileTypes), title: nil, details: nil) }
  private var anyFiles: JSON { linkage.document(.make([:]), title: nil, details: "One file, or a list of them.") }
  private var fileTypes: [String] { api.types.filter { $0.entityType == "file" }.map(\.name) }
}
