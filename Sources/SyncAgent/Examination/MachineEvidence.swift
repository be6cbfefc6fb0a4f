import Store

/// What was found out about this machine: what it takes to keep a mirror here. What it means is said elsewhere.
package struct MachineEvidence: Sendable {
  /// A user of this machine.
  package struct User: Sendable, Hashable {
    /// The number.
    package var id: UInt32
    /// The name; the number where it has none.
    package var name: String

    /// A user.
    package init(id: UInt32, name: String? = nil) {
      self.id = id
      self.name = name ?? String(id)
    }
  }

  /// A file or folder that is there.
  package struct Place: Sendable, Hashable {
    /// What it is to the program.
    package enum Role: String, Sendable, Hashable {
      /// The file with the configuration, where a secret stands in it.
      case configuration
      /// The mirror, or what SQLite keeps beside it.
      case mirror
      /// The lock's file.
      case lock
      /// The site's token, or a key of the local API.
      case secret
      /// A folder that files are made in.
      case folder
    }

    /// What it is.
    package var role: Role
    /// Where it is.
    package var path: String
    /// Whose it is.
    package var owner: User
    /// Whose the folder is that it is in.
    package var folderOwner: User
    /// The permission bits, such as `0o640`.
    package var mode: UInt32
    /// Whether this process may read it.
    package var isReadable: Bool
    /// Whether this process may write it.
    package var isWritable: Bool

    /// A place; each part as it is described above.
    package init(
      _ role: Role, _ path: String, owner: User, folderOwner: User, mode: UInt32, isReadable: Bool, isWritable: Bool
    ) {
      self.role = role
      self.path = path
      self.owner = owner
      self.folderOwner = folderOwner
      self.mode = mode
      self.isReadable = isReadable
      self.isWritable = isWritable
    }
  }

  /// A disk that is written to.
  package struct Disk: Sendable, Hashable {
    /// The keys of the configuration that lead there.
    package var keys: [String]
    /// The folder; its nearest ancestor where it is not there yet.
    package var folder: String
    /// Bytes that this user may still write; nil where that cannot be told.
    package var freeBytes: Int64?
    /// What came of writing there.
    package var trial: DiskTrial

    /// A disk; each part as it is described above.
    package init(keys: [String], folder: String, freeBytes: Int64?, trial: DiskTrial) {
      self.keys = keys
      self.folder = folder
      self.freeBytes = freeBytes
      self.trial = trial
    }
  }

  /// A port that the daemon listens on.
  package struct Port: Sendable, Hashable {
    /// The configuration's name for it: `localAPI` or `admin`.
    package var key: String
    /// The address.
    package var host: String
    /// The number.
    package var number: Int
    /// Whether it can be had.
    package var state: PortState

    /// A port; each part as it is described above.
    package init(key: String, host: String, number: Int, state: PortState) {
      self.key = key
      self.host = host
      self.number = number
      self.state = state
    }
  }

  /// As whom this process runs.
  package var user: User
  /// Where the mirror is, or will be.
  package var mirrorPath: String
  /// What is there of all that the program uses.
  package var places: [Place] = []
  /// The disks.
  package var disks: [Disk] = []
  /// Who has the writer lock; nil for nobody.
  package var lockHolder: LockHolder?
  /// How many file descriptors this process may have, and how many it has; nil where that cannot be told.
  package var descriptors: (limit: Int, open: Int)?
  /// The ports.
  package var ports: [Port] = []

  /// A machine that was not looked at yet.
  package init(user: User, mirrorPath: String) {
    self.user = user
    self.mirrorPath = mirrorPath
  }
}
