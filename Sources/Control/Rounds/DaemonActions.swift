/// What a running daemon does because somebody asks it to: the control socket and the dashboard ask, the schedule does it.
package protocol DaemonActions: Sendable {
  /// Asks for a round, and does not wait for its end.
  func ask(_ wish: RoundWish) async -> RoundReply

  /// Where the rounds stand.
  var course: RoundCourse { get async }
}
