import JSONAPI
import Logging
import Store
import Upstream

/// The types side by side, each from its cursor to its end.
extension SyncRound {
  func pull(_ types: [EntryPoint.Collection], _ course: Course, _ tally: Tally) async throws {
    let known = Dictionary(uniqueKeysWithValues: try mirror.reading.types().map { ($0.name, $0) })
    // Relationships lead anywhere, so every page touches their index in many places: the more pages a transaction has, the less is
    // written. Each costs about 2 MB of memory.
    let queue = PageQueue(limit: max(12, settings.concurrency / 2))
    let places = ReadingPlaces(
      ReadingOrder.ordered(
        types, isRead: { (known[$0]?.cursor?.knownUntil ?? 0) > 0 },
        entityType: { known[$0]?.entityType ?? ResourceTypeName($0).entityType }))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await write(queue, tally) }
      try await withThrowingTaskGroup(of: Void.self) { readers in
        for _ in 0..<settings.concurrency {
          readers.addTask {
            do {
              while let work = await places.next() {
                let part: TypeReport
                switch work {
                case .type(let type):
                  var puller = try puller(of: type, known[type.name], course, queue, places, tally)
                  part = try await puller.pull(known[type.name])
                case .stretch(var stretch): part = try await stretch.read()
                }
                if let whole = tally.add(part) {
                  report(.finished(whole))
                  // Reports need not wait until all the others were read, too.
                  if known[whole.type]?.cursor == nil { try mirror.views.renew() }
                }
                await places.done()
              }
            } catch {
              await places.close()
              throw error
            }
          }
        }
        do { try await readers.waitForAll() } catch {
          await places.close()
          await queue.close()
          throw error
        }
      }
      await queue.close()
      try await group.waitForAll()
    }
  }

  /// Reads the types whose resources turned out to call themselves otherwise than the entry point does: types are what resources
  /// call themselves. A collection over types that have links of their own is none of its own.
  func pullRenamed(
    _ types: inout [EntryPoint.Collection], _ named: [DiscoveredType], _ course: inout Course, _ tally: Tally
  ) async throws {
    let renamed = tally.takeRenamed()
    if renamed.isEmpty { return }
    var named = named
    var again: [EntryPoint.Collection] = []
    for (type, name) in renamed {
      guard let index = named.firstIndex(where: { $0.name == type }) else { continue }
      if named.contains(where: { $0.link == name || $0.name == name }) {
        types.removeAll { $0.name == type }
        try mirror.pulling.setAside([
          SetAside(
            .type, type: type, subject: "collection",
            reason: "its resources call themselves \(name), which has a collection of its own",
            advice: "", at: now())
        ])
        continue
      }
      logger.notice("the resources of \(type) call themselves \(name)")
      named[index].name = name
      let collection = EntryPoint.Collection(name: name, path: named[index].path, link: named[index].link)
      types = types.map { $0.name == type ? collection : $0 }
      again.append(collection)
    }
    try mirror.discovery.discovered(named)
    let links = named.filter { !TypeSelection.isView($0, among: named) }
    course.scanner = try mirror.reading.scanner(
      of: site, paths: Dictionary(links.map { ($0.name, $0.path) }) { first, _ in first })
    try await pull(again, course, tally)
  }

  private func puller(
    of type: EntryPoint.Collection, _ known: MirroredType?, _ course: Course, _ queue: PageQueue,
    _ places: ReadingPlaces, _ tally: Tally
  ) throws -> TypePuller {
    let isSweepDue = course.accountHasChanged || settings.isSweepDue(known?.sweep, of: type.name, at: course.siteTime)
    return try TypePuller(
      reading: mirror.reading, discovery: mirror.discovery, pulling: mirror.pulling, sweeping: mirror.sweeping,
      queue: queue, settings: settings, deciders: deciders, run: course.run, type: type.name,
      path: type.path, account: course.account, siteTime: course.siteTime,
      report: { event in
        if case .drifted(let drift) = event { tally.add(drift) }
        report(event)
      }, confirmSite: { try await confirm(tally) }, places: places,
      // What is read from the beginning is swept with that.
      reader: reader(
        of: type.name, known?.entityType, course, tally, isThorough: isSweepDue || (known?.cursor?.knownUntil ?? 0) == 0
      ),
      fields: FieldGuard(
        reading: mirror.reading, pulling: mirror.pulling, type: type.name, path: type.path,
        askedBy: attributesAskedBy(type.name, known, course.scanner), settings: settings,
        isTooMuch: deciders.losesTooMuch, now: now),
      isSweepDue: isSweepDue)
  }

  /// The one writer: commits waiting pages together until the queue is closed and drained, also when the round is cancelled:
  /// what was read is kept.
  private func write(_ queue: PageQueue, _ tally: Tally) async throws {
    while true {
      let pages = await queue.take()
      if pages.isEmpty { return }
      do {
        let outcome = try mirror.pulling.apply(pages)
        tally.add(outcome)
        for thing in outcome.setAside { logger.warning("set aside: \(thing.sentence)") }
        report(.stored(outcome))
      } catch {
        await queue.fail(error)
        throw error
      }
    }
  }
}
