/// Work that waits, a lane for each address: the lanes take turns, so that who asks for much waits behind themselves. Bounded in all
/// and by lane.
struct FairQueue<Job: Sendable>: Sendable {
  let most: Int
  let mostPerLane: Int
  private var lanes: [String: [Job]] = [:]
  /// The lanes with work, the next one first.
  private var turns: [String] = []
  private(set) var count = 0

  init(most: Int, mostPerLane: Int) {
    self.most = most
    self.mostPerLane = mostPerLane
  }

  /// - Returns: false where there is no room.
  mutating func append(_ job: Job, to lane: String) -> Bool {
    let length = lanes[lane]?.count ?? 0
    guard count < most, length < mostPerLane else { return false }
    if length == 0 { turns.append(lane) }
    lanes[lane, default: []].append(job)
    count += 1
    return true
  }

  /// The first of the lane whose turn it is; nil where nothing waits.
  mutating func next() -> Job? {
    guard !turns.isEmpty else { return nil }
    let lane = turns.removeFirst()
    guard var jobs = lanes[lane], !jobs.isEmpty else { return nil }
    let job = jobs.removeFirst()
    count -= 1
    lanes[lane] = jobs.isEmpty ? nil : jobs
    if !jobs.isEmpty { turns.append(lane) }
    return job
  }
}
