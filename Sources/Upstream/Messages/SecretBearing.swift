/// A value that holds secrets: whatever prints, interpolates, logs or dumps it gets `publicDescription` and nothing else.
package protocol SecretBearing: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// What anybody may read.
  var publicDescription: String { get }
}

extension SecretBearing {
  /// The same as `publicDescription`.
  package var description: String { publicDescription }
  /// The same as `publicDescription`.
  package var debugDescription: String { publicDescription }
  /// Without children: reflection shows no member.
  package var customMirror: Mirror { Mirror(self, children: [:]) }
}
