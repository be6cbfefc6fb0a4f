import JSONAPI

extension Community {
  /// Appends the resource object of a row. `base` is scheme and host as escaped in the site's style; `fields` says
  /// which members are shown.
  func render(_ row: Row, base: [UInt8], fields: FieldChoice, into output: inout [UInt8]) {
    switch row.body {
    case .own(let body): render(body.template, row, generation: 0, base, fields, &output)
    case .content(let number, let generation):
      render(content.resources[Int(number)].template, row, generation: generation, base, fields, &output)
    }
  }

  private func render(
    _ template: Template, _ row: Row, generation: Int32, _ base: [UInt8], _ fields: FieldChoice,
    _ output: inout [UInt8]
  ) {
    output.append(UInt8(ascii: "{"))
    copy(template, template.head, row, generation, base, &output)
    let isReordered = reading.reordersAttributes && mixed(reading.seed ^ UInt64(bitPattern: row.id)) & 3 == 0
    let attributes = isReordered ? template.attributes.reversed() : template.attributes
    for (name, members) in [("attributes", attributes), ("relationships", template.relationships)] {
      if fields.isLabelOnly, name == "relationships" { break }
      var first = true
      for member in members where fields.shows(member.name) {
        output.append(contentsOf: first ? ",\"\(name)\":{".utf8 : ",".utf8)
        first = false
        copy(template, member.pieces, row, generation, base, &output)
      }
      if isMultilingual, name == "attributes", fields.shows("content_translation_source"),
        isTranslatable(types[recorded(row).type])
      {
        // What the site keeps beside translations (reference 1.7).
        output.append(contentsOf: first ? ",\"attributes\":{".utf8 : ",".utf8)
        first = false
        output.append(contentsOf: #""content_translation_source":"und","content_translation_outdated":false"#.utf8)
      }
      if !first { output.append(UInt8(ascii: "}")) }
    }
    output.append(UInt8(ascii: "}"))
  }

  /// Appends one relationship with its name, as it stands in the resource object; false when there is no such one.
  func renderRelationship(_ name: String, of row: Row, base: [UInt8], into output: inout [UInt8]) -> Bool {
    let (template, generation) =
      switch row.body {
      case .own(let body): (body.template, Int32(0))
      case .content(let number, let generation): (content.resources[Int(number)].template, generation)
      }
    guard let member = template.relationships.first(where: { $0.name == name }) else { return false }
    copy(template, member.pieces, row, generation, base, &output)
    return true
  }

  private func copy(
    _ template: Template, _ range: Range<Int>, _ row: Row, _ generation: Int32, _ base: [UInt8],
    _ output: inout [UInt8]
  ) {
    var index = range.lowerBound
    while index < range.upperBound {
      switch template.pieces[index] {
      case .text(let at, let count): output.append(contentsOf: template.bytes[Int(at)..<Int(at + count)])
      case .base: output.append(contentsOf: base)
      case .ownUUID: row.uuid.write(into: &output)
      case .signature: output.append(contentsOf: signature(of: row).utf8)
      case .ownID: output.append(contentsOf: String(row.id).utf8)
      case .revision: output.append(contentsOf: String(row.revision).utf8)
      case .changed: output.append(contentsOf: SiteTime.text(row.changed).utf8)
      case .created: output.append(contentsOf: SiteTime.text(row.created).utf8)
      case .identifier(let target, let count):
        if !removed.isEmpty, isGone(template.targets[Int(target)], generation) {
          output.append(contentsOf: template.targets[Int(target)].missing)
          index += Int(count)
        }
      case .targetUUID(let target):
        lineage.target(template.targets[Int(target)], generation: generation).uuid.write(into: &output)
      case .targetID(let target):
        let id = lineage.target(template.targets[Int(target)], generation: generation).id
        output.append(contentsOf: String(id).utf8)
      }
      index += 1
    }
  }

  /// The part of a signed URL that is another one on every read, with the time when it ends (reference 12).
  private func signature(of row: Row) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    var state = reading.seed ^ row.uuid.low
    let noise = (0..<43).map { _ in
      state = mixed(state)
      return alphabet[Int(state & 63)]
    }
    return "\\/system\\/file\\/" + String(decoding: noise, as: UTF8.self) + "\\/\((reading.now / 3600 + 2) * 3600)\\/"
  }

  private func isGone(_ target: Template.Target, _ generation: Int32) -> Bool {
    removed.contains(lineage.target(target, generation: generation).uuid)
  }
}
