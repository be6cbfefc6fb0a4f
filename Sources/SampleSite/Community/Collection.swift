/// The resources of one type: rows in stable slots in the order of the collection, and their indexes.
struct Collection: Sendable {
  /// An entry of the index by (changed, id).
  struct Key: Sendable, Comparable {
    var changed: Int64
    var id: Int64
    var slot: Int32

    static func < (left: Key, right: Key) -> Bool {
      (left.changed, left.id) < (right.changed, right.id)
    }
  }

  /// Deleted rows leave nil, so that slots keep their numbers.
  private(set) var slots: [Row?] = []
  private(set) var count = 0
  private var slotOf: [EntityUUID: Int32] = [:]
  /// Ascending by (changed, id).
  private(set) var byChanged: [Key] = []
  /// Ascending by id; `changed` is 0 in these keys.
  private(set) var byID: [Key] = []

  /// Fills an empty collection at once.
  init(_ rows: [Row]) {
    slots = rows
    count = rows.count
    slotOf.reserveCapacity(rows.count)
    byChanged.reserveCapacity(rows.count)
    for (slot, row) in rows.enumerated() {
      slotOf[row.uuid] = Int32(slot)
      byChanged.append(Key(changed: row.changed, id: row.id, slot: Int32(slot)))
    }
    byID = byChanged.map { Key(changed: 0, id: $0.id, slot: $0.slot) }
    byChanged.sort()
    byID.sort()
  }

  subscript(uuid: EntityUUID) -> Row? { slotOf[uuid].flatMap { slots[Int($0)] } }

  func slot(of uuid: EntityUUID) -> Int? { slotOf[uuid].map(Int.init) }

  mutating func append(_ row: Row) {
    slotOf[row.uuid] = Int32(slots.count)
    slots.append(row)
    count += 1
    index(row, slot: Int32(slots.count - 1))
  }

  mutating func replace(_ row: Row) {
    guard let slot = slotOf[row.uuid], let old = slots[Int(slot)] else { return }
    unindex(old)
    slots[Int(slot)] = row
    index(row, slot: slot)
  }

  mutating func remove(_ uuid: EntityUUID) {
    guard let slot = slotOf.removeValue(forKey: uuid), let old = slots[Int(slot)] else { return }
    unindex(old)
    slots[Int(slot)] = nil
    count -= 1
  }

  private mutating func index(_ row: Row, slot: Int32) {
    let key = Key(changed: row.changed, id: row.id, slot: slot)
    byChanged.insert(key, at: Collection.place(of: key, in: byChanged))
    let identity = Key(changed: 0, id: row.id, slot: slot)
    byID.insert(identity, at: Collection.place(of: identity, in: byID))
  }

  private mutating func unindex(_ row: Row) {
    let place = Collection.place(of: Key(changed: row.changed, id: row.id, slot: 0), in: byChanged)
    byChanged.remove(at: place)
    byID.remove(at: Collection.place(of: Key(changed: 0, id: row.id, slot: 0), in: byID))
  }

  /// The place of the first key that is not before the given one.
  static func place(of key: Key, in keys: [Key]) -> Int {
    var low = 0
    var high = keys.count
    while low < high {
      let middle = (low + high) / 2
      if keys[middle] < key { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
