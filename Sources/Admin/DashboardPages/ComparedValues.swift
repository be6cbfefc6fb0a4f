import Coding
import Store

/// The values of one member beside each other, differing words marked.
struct ComparedValues {
  /// One cell for each value, in their order; in the first what others lack, in the others what it lacks.
  let cells: [HTML]
  /// Whether some value was too long to be compared to its end.
  let isCut: Bool

  /// - Parameter values: nil for one that is not there.
  init(_ name: String, _ group: ChangedMember.Group, _ values: [JSON?]) {
    let compared = ComparedTexts(values.map { ShownText.text($0, of: name, in: group) })
    isCut = compared.isCut
    cells = compared.texts.enumerated().map { place, text -> HTML in
      guard let text else { return "<i>(absent)</i>" }
      return "<span class=\"words\" dir=\"auto\">\(ComparedValues.html(text, isFirst: place == 0))</span>"
    }
  }

  /// What is said below such values where one was too long.
  static func note(_ compared: [ComparedValues]) -> HTML {
    guard compared.contains(where: \.isCut) else { return "" }
    return "<p class=\"muted\">A value is so long that it was not compared to its end.</p>\n"
  }

  /// A text with its marks.
  /// - Parameter isFirst: whether what is marked is what others lack.
  static func html(_ text: MarkedText, isFirst: Bool) -> HTML {
    HTML(
      text.pieces.map { piece -> HTML in
        switch piece {
        case .same(let text): "\(text)"
        case .differs(let text): changed(Pieces.shortened(text, to: mostChanged), isFirst: isFirst)
        case .leftOut(let bytes): "<i class=\"muted\"> … \(bytes) bytes alike … </i>"
        case .cut(let bytes): "<i class=\"muted\"> … the text is long: \(bytes) more bytes were not compared</i>"
        }
      })
  }

  /// Of what differs in one stretch no more is shown, in bytes.
  private static let mostChanged = 16_384

  private static func changed(_ text: String, isFirst: Bool) -> HTML {
    isFirst ? "<del>\(text)</del>" : "<ins>\(text)</ins>"
  }
}
