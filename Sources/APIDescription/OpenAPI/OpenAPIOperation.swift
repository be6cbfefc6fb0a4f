import JSONAPI
import OpenSocial

/// An operation in OpenAPI 3.1.
struct OpenAPIOperation {
  let operation: Operation
  let api: DescribedAPI
  /// The relationship that takes the file, of an upload.
  let upload: String?

  private var type: DescribedType { operation.type }

  var json: JSON {
    .make([
      "operationId": .string(operation.identifier(field: upload)), "summary": .string(operation.summary),
      "description": .string(operation.details), "tags": .strings([type.label]), "parameters": .array(parameters),
      "requestBody": body, "responses": responses,
      "security": operation.isWrite ? .array([OpenAPIDocument.needing(["write"])]) : nil,
    ])
  }

  private var parameters: [JSON] {
    var parameters: [JSON] = operation.hasResource ? [OpenAPIParameters.resource(type)] : []
    switch operation.action {
    case .list: parameters += OpenAPIParameters.collection(type)
    case .view: parameters += [OpenAPIParameters.reference("include"), OpenAPIParameters.fields(type)]
    case .related: parameters.append(OpenAPIParameters.reference("include"))
    case .upload, .attach: parameters.append(OpenAPIParameters.reference("disposition"))
    default: break
    }
    parameters.append(OpenAPIParameters.reference(operation.isWrite ? "wait" : "known"))
    return parameters
  }

  private var body: JSON? {
    switch operation.action {
    case .create: sent(OpenAPISchemas.reference(type.name, .new))
    case .update: sent(OpenAPISchemas.reference(type.name, .change))
    case .addLinkage(let field), .replaceLinkage(let field), .removeLinkage(let field):
      sent(OpenAPISchemas.reference(linkage: field.name, of: type.name))
    case .upload, .attach: sent(.make(["type": "string", "format": "binary"]), as: "application/octet-stream")
    case .list, .view, .remove, .related, .readLinkage: nil
    }
  }

  private func sent(_ schema: JSON, as mediaType: String = OpenAPIResponses.mediaType) -> JSON {
    .make(["required": true, "content": OpenAPIResponses.content(schema, as: mediaType)])
  }

  private var responses: JSON {
    let own = OpenAPISchemas.reference(type.name, .document)
    var responses = JSONObject()
    switch operation.action {
    case .list:
      responses["200"] = OpenAPIResponses.read("A page", OpenAPISchemas.reference(type.name, .collection))
    case .view: responses["200"] = OpenAPIResponses.read("The resource", own)
    case .related(let field): responses["200"] = OpenAPIResponses.read("What it leads to", related(field))
    case .readLinkage(let field):
      let linkage = OpenAPISchemas.reference(linkage: field.name, of: type.name)
      responses["200"] = OpenAPIResponses.read("The identifiers", linkage)
    case .create: responses["201"] = OpenAPIResponses.written("The new resource", own)
    case .update: responses["200"] = OpenAPIResponses.written("The resource as it is by then", own)
    case .remove, .removeLinkage: responses["204"] = OpenAPIResponses.written("Removed", nil)
    case .addLinkage(let field), .replaceLinkage(let field):
      let linkage = OpenAPISchemas.reference(linkage: field.name, of: type.name)
      responses["200"] = OpenAPIResponses.written("What the relationship has by then", linkage)
      responses["204"] = OpenAPIResponses.written("Nothing but what was sent", nil)
    case .upload: responses["201"] = OpenAPIResponses.written("The new file", OpenAPISchemas.document(one(of: files)))
    case .attach:
      let file = one(of: files)
      let data = JSON.make(["anyOf": .array([file, .make(["type": "array", "items": file])])])
      responses["200"] = OpenAPIResponses.written("The files of the relationship", OpenAPISchemas.document(data))
    }
    for (status, name) in SwaggerResponses.refusals(operation) {
      responses[status] = .make(["$ref": .string("#/components/responses/\(name)")])
    }
    return .object(responses)
  }

  private var files: [String] { api.types.filter { $0.entityType == "file" }.map(\.name) }

  private func related(_ field: FieldDescription) -> JSON {
    let resource = one(of: type.targets(of: field))
    return OpenAPISchemas.document(
      field.isList ? .make(["type": "array", "items": resource]) : Dialect.openAPI.nullable(resource))
  }

  /// A resource of one of some types: of any, where one of them is not described.
  private func one(of types: [String]) -> JSON {
    let described = types.filter { api.describes($0) }
    guard !described.isEmpty, described.count == types.count else {
      return LinkageSchemas(dialect: .openAPI).anyResource
    }
    let references = described.map { OpenAPISchemas.reference($0, .resource) }
    return references.count == 1 ? references[0] : .make(["anyOf": .array(references)])
  }
}
