import Foundation
import Store

/// Looks at this machine: files and folders, disks, the lock, descriptors, ports. Leaves nothing behind and takes nothing from anybody.
package struct MachineExamination: Sendable {
  private let mirrorPath: String
  private let filesPath: String
  private let secrets: [String]
  private let configuration: String?
  private let ports: [(key: String, host: String, number: Int)]

  /// - Parameters:
  ///   - secrets: files that nobody else may read; those that are not there are no finding.
  ///   - configuration: the configuration's file, where a secret stands in it.
  ///   - ports: those that the daemon listens on.
  package init(
    mirrorPath: String, filesPath: String, secrets: [String], configuration: String?,
    ports: [(key: String, host: String, number: Int)]
  ) {
    self.mirrorPath = mirrorPath
    self.filesPath = filesPath
    self.secrets = secrets
    self.configuration = configuration
    self.ports = ports
  }

  /// Looks.
  package func run() -> MachineEvidence {
    var evidence = MachineEvidence(user: MachineExamination.user(geteuid()), mirrorPath: mirrorPath)
    let folder = (mirrorPath as NSString).deletingLastPathComponent
    let disk = MachineExamination.standing(folder.isEmpty ? "." : folder)
    let files = MachineExamination.standing(filesPath)
    var places = [place(.configuration, configuration), place(.folder, disk)]
    for suffix in ["", "-wal", "-shm"] { places.append(place(.mirror, mirrorPath + suffix)) }
    places.append(place(.lock, mirrorPath + ".lock"))
    for path in secrets { places.append(place(.secret, path)) }
    if files != disk { places.append(place(.folder, files)) }
    evidence.places = places.compactMap { $0 }
    evidence.disks = [look(["mirror.path"], disk)]
    if files == disk {
      evidence.disks[0].keys.append("mirror.filesPath")
    } else {
      evidence.disks.append(look(["mirror.filesPath"], files))
    }
    evidence.lockHolder = LockHolder(ofMirrorAt: mirrorPath)
    evidence.descriptors = MachineExamination.descriptors
    evidence.ports = ports.map { port in
      MachineEvidence.Port(
        key: port.key, host: port.host, number: port.number, state: PortState(host: port.host, port: port.number))
    }
    return evidence
  }

  private func look(_ keys: [String], _ folder: String) -> MachineEvidence.Disk {
    MachineEvidence.Disk(
      keys: keys, folder: folder, freeBytes: BinaryFolder(path: folder).freeBytes,
      trial: DiskTrial(inFolder: folder))
  }

  /// A folder, or the nearest above it that is there.
  private static func standing(_ folder: String) -> String {
    var folder = folder
    while access(folder, F_OK) != 0 {
      let above = (folder as NSString).deletingLastPathComponent
      guard above != folder else { return folder }
      folder = above.isEmpty ? "." : above
      if folder == "." { break }
    }
    return folder
  }

  /// Nil where there is nothing.
  private func place(_ role: MachineEvidence.Place.Role, _ path: String?) -> MachineEvidence.Place? {
    guard let path else { return nil }
    var info = stat()
    var around = stat()
    guard stat(path, &info) == 0 else { return nil }
    let folder = (path as NSString).deletingLastPathComponent
    let owner = MachineExamination.user(info.st_uid)
    let folderOwner =
      stat(folder.isEmpty ? "." : folder, &around) == 0 ? MachineExamination.user(around.st_uid) : owner
    return MachineEvidence.Place(
      role, path, owner: owner, folderOwner: folderOwner, mode: UInt32(info.st_mode) & 0o7777,
      isReadable: access(path, R_OK) == 0, isWritable: access(path, W_OK) == 0)
  }

  private static func user(_ id: uid_t) -> MachineEvidence.User {
    guard let entry = getpwuid(id), let name = entry.pointee.pw_name else { return .init(id: UInt32(id)) }
    return .init(id: UInt32(id), name: String(cString: name))
  }

  private static var descriptors: (limit: Int, open: Int)? {
    var limit = rlimit()
    guard getrlimit(files, &limit) == 0,
      let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
    else { return nil }
    // The daemon raises its own limit as far as it may.
    return (Int(clamping: limit.rlim_max), open.count)
  }

  #if canImport(Glibc)
  private static var files: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }
  #else
  private static var files: Int32 { RLIMIT_NOFILE }
  #endif
}
