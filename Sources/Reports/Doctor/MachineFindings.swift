import Store
import SyncAgent

/// What there is to say of this machine, by what was found out about it alone.
enum MachineFindings {
  /// All of it.
  static func all(_ machine: MachineEvidence) -> [DoctorFinding] {
    var found = permissions(machine)
    for one in machine.disks { found += disk(one, machine) }
    found.append(lock(machine))
    found += descriptors(machine)
    for one in machine.ports { found.append(port(one, isRunning: machine.lockHolder != nil)) }
    found += shared(machine.ports)
    return found
  }

  // MARK: Permissions

  private static func permissions(_ machine: MachineEvidence) -> [DoctorFinding] {
    let found =
      refused(machine) + machine.places.flatMap { stray($0, machine.user) } + machine.places.flatMap { secrecy($0) }
    return found.isEmpty
      ? [DoctorFinding(.fine, .permissions, "\(machine.user.name) may use all files, and nobody else reads secrets")]
      : found
  }

  /// What this user may not read or write: all of it that one other keeps from it in one finding. Of a disk that nobody can write, that
  /// is said with the disk; the configuration is read alone, and was.
  private static func refused(_ machine: MachineEvidence) -> [DoctorFinding] {
    let refused = machine.places.filter {
      $0.role != .configuration && (!$0.isReadable || !$0.isWritable && !isOnReadOnlyDisk($0, machine))
    }
    var found: [DoctorFinding] = []
    for (index, first) in refused.enumerated() {
      func isAlike(_ other: MachineEvidence.Place) -> Bool {
        other.owner == first.owner && other.isReadable == first.isReadable
      }
      guard !refused[..<index].contains(where: isAlike) else { continue }
      let alike = refused.filter(isAlike)
      let (paths, user, owner) = (alike.map(\.path), machine.user, first.owner)
      let mode = alike.contains { $0.role == .folder } ? "u+rwX" : "u+rw"
      let (belong, them) = paths.count == 1 ? ("belongs", "it") : ("belong", "them")
      let use = first.isReadable ? "write" : "read"
      let next =
        owner.id == user.id
        ? "chmod \(mode) \(paths.joined(separator: " "))"
        : "run as the owner: sudo -u \(owner.name) social-mirror doctor; or, as root: chown \(user.name) "
          + paths.joined(separator: " ")
      found.append(
        DoctorFinding(
          .fault, .permissions,
          "\(paths.joined(separator: ", ")) \(belong) to \(owner.name), and \(user.name), as whom this runs, may not \(use) \(them)",
          next: next,
          cause: .machine))
    }
    return found
  }

  private static func isOnReadOnlyDisk(_ place: MachineEvidence.Place, _ machine: MachineEvidence) -> Bool {
    machine.disks.contains {
      $0.trial == .readOnly && (place.path == $0.folder || place.path.hasPrefix($0.folder + "/"))
    }
  }

  private static func stray(_ place: MachineEvidence.Place, _ user: MachineEvidence.User) -> [DoctorFinding] {
    let owner = place.owner
    guard place.role != .configuration, place.isReadable, place.isWritable else { return [] }
    // What root made in another's folder, that one cannot write; what somebody else made in root's, nobody meant.
    let isStray =
      place.role != .folder && owner.id != place.folderOwner.id && (owner.id != user.id || user.id == 0)
    guard isStray else { return [] }
    return [
      DoctorFinding(
        .warning, .permissions,
        "\(place.path) belongs to \(owner.name), its folder to \(place.folderOwner.name): a service that runs as the one cannot "
          + "write what is the other's",
        next: "as root: chown \(place.folderOwner.name) \(place.path)")
    ]
  }

  private static func secrecy(_ place: MachineEvidence.Place) -> [DoctorFinding] {
    guard place.mode & 0o007 != 0 else { return [] }
    switch place.role {
    case .folder, .lock: return []
    case .mirror, .secret, .configuration: break
    }
    let what =
      switch place.role {
      case .configuration: "holds a secret"
      case .mirror: "holds what the account sees, people's data too"
      default: "is a secret"
      }
    return [
      DoctorFinding(
        .warning, .permissions, "\(place.path) \(what), and everybody on this machine may read it",
        next: "chmod o-rwx \(place.path)")
    ]
  }

  // MARK: Disks

  /// Bytes: less than this is as good as none, and less than that is soon none.
  private static let leastFree: Int64 = 64 << 20
  private static let littleFree: Int64 = 1 << 30
  /// Milliseconds that a megabyte may take: every round waits for some.
  private static let slowTrial: Int64 = 3_000

  private static func disk(_ disk: MachineEvidence.Disk, _ machine: MachineEvidence) -> [DoctorFinding] {
    let keys = disk.keys.joined(separator: ", ")
    let next = "df -h \(disk.folder); make room there, or give another \(keys)"
    let free = disk.freeBytes.map { "\($0 >> 20) MB free" } ?? "an unknown number of bytes free"
    switch disk.trial {
    case .failed(let reason, let isFull):
      // That it may not be written was said with its permissions.
      if !isFull, machine.places.contains(where: { $0.path == disk.folder && !$0.isWritable }) { return [] }
      return [
        DoctorFinding(
          .fault, .disk, "nothing can be written to \(disk.folder) (\(keys)): \(reason), \(free)",
          next: isFull ? next : "mount | grep -F \(disk.folder); the disk has to take writes", cause: .machine)
      ]
    case .readOnly:
      return [
        DoctorFinding(
          .fault, .disk, "the disk of \(disk.folder) (\(keys)) can only be read: nothing is written there",
          next:
            "findmnt -T \(disk.folder) names it: mount -o remount,rw it, after dmesg has said why (a disk with errors is made so); "
            + "or give another \(keys)", cause: .machine)
      ]
    case .done(let milliseconds):
      if let bytes = disk.freeBytes, bytes < leastFree {
        return [
          DoctorFinding(
            .fault, .disk, "the disk of \(disk.folder) (\(keys)) is full but for \(bytes >> 20) MB", next: next,
            cause: .machine)
        ]
      }
      var found: [DoctorFinding] = []
      if let bytes = disk.freeBytes, bytes < littleFree {
        found.append(
          DoctorFinding(.warning, .disk, "\(disk.folder) (\(keys)) has \(free): that is soon full", next: next))
      }
      let speed = "\(disk.folder) (\(keys)): a megabyte is on the disk in \(milliseconds) ms"
      if milliseconds > slowTrial {
        found.append(
          DoctorFinding(
            .warning, .disk, speed + ": rounds and writes wait for that",
            next: "iostat -x 1; a mirror belongs on a local disk, not on one of the network"))
      }
      return found.isEmpty ? [DoctorFinding(.fine, .disk, "\(speed), \(free)")] : found
    }
  }

  // MARK: Processes

  private static func lock(_ machine: MachineEvidence) -> DoctorFinding {
    guard let holder = machine.lockHolder else {
      return DoctorFinding(.fine, .lock, "no other process keeps \(machine.mirrorPath)")
    }
    let who = holder.process == 0 ? "a process of another container" : "process \(holder.process)"
    return DoctorFinding(
      .note, .lock, "\(who) keeps \(machine.mirrorPath): a daemon at work, or a sync; a second one is refused",
      next: holder.process == 0 ? nil : "ps -o pid,user,lstart,args -p \(holder.process)")
  }

  /// Descriptors that a daemon wants: clients' connections, the site's, and the mirror's files.
  private static let wantedDescriptors = 1_000

  private static func descriptors(_ machine: MachineEvidence) -> [DoctorFinding] {
    guard let (limit, open) = machine.descriptors else { return [] }
    let free = max(0, limit - open)
    guard free < wantedDescriptors else {
      return [DoctorFinding(.fine, .descriptors, "enough file descriptors may be open")]
    }
    return [
      DoctorFinding(
        .warning, .descriptors,
        "only \(free) more file descriptors may be open here: clients' connections would be turned away",
        next: "in the unit: LimitNOFILE=65536; in a shell: ulimit -n 65536; ulimit -Hn tells how far that goes")
    ]
  }

  /// A port that two are to have is free, and yet the second cannot have it.
  private static func shared(_ ports: [MachineEvidence.Port]) -> [DoctorFinding] {
    zip(ports, ports.dropFirst()).filter { $0.host == $1.host && $0.number == $1.number && $0.number != 0 }.map {
      DoctorFinding(
        .warning, .ports, "\($0.key) and \($1.key) are both to listen on \($0.host):\($0.number): one of them cannot",
        next: "set another \($1.key).port")
    }
  }

  private static func port(_ port: MachineEvidence.Port, isRunning: Bool) -> DoctorFinding {
    let place = "\(port.host):\(port.number)"
    let look = "ss -ltnp 'sport = :\(port.number)'"
    switch port.state {
    case .free: return DoctorFinding(.fine, .ports, "\(place) is free for \(port.key)")
    case .taken where isRunning:
      return DoctorFinding(
        .note, .ports, "\(place) (\(port.key)) is taken, as by the daemon that is at work", next: "\(look) names it")
    case .taken:
      return DoctorFinding(
        .warning, .ports,
        "another process listens on \(place), where \(port.key) should: "
          + (port.key == "admin" ? "the daemon would do without its admin port" : "the daemon cannot start"),
        next: "\(look) names it: stop it, or set another \(port.key).port")
    case .refused(let reason):
      return DoctorFinding(
        .warning, .ports, "\(port.key) cannot listen on \(place): \(reason)",
        next: "set \(port.key).host to an address of this machine, and \(port.key).port to one above 1023")
    }
  }
}
