import Coding

extension HTML {
  /// A text from outside, whose direction of writing stays its own.
  static func text(_ text: String) -> HTML { "<bdi>\(text)</bdi>" }
}
