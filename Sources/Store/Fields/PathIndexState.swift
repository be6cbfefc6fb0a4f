/// What an automatic index is (`path_index.state`).
enum PathIndexState: String {
  case building
  case complete
  /// Its values are too long to be ordered: they are kept as texts that are looked through.
  case buildingTexts = "building texts"
  case texts
  /// Its values are too long, and are no texts of their own.
  case unsuitable

  /// Whether values go to `indexed_text`.
  var holdsTexts: Bool { self == .buildingTexts || self == .texts }
  /// The state once all resources are in it.
  var finished: PathIndexState { self == .buildingTexts ? .texts : self == .building ? .complete : self }
}
