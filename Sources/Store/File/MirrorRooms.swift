import GRDB

/// A part of the mirror that is named for who uses it. A room is a reference to the open mirror and costs nothing to make; what it
/// can do is in extensions of it, beside the tables that they are about. Rooms that need another one make it of their own database.
protocol MirrorRoom: Sendable {
  var database: MirrorDatabase { get }
}

extension MirrorRoom {
  /// Reads with the connection of one reader, in one snapshot.
  func read<Value>(_ body: (Database) throws -> Value) throws -> Value { try database.read(body) }

  /// Writes in one transaction.
  func write<Value>(_ body: (Database) throws -> Value) throws -> Value { try database.write(body) }

  /// Writes in one transaction that is on disk for good when this returns, and all before it.
  func durableWrite<Value>(_ body: (Database) throws -> Value) throws -> Value { try database.durableWrite(body) }

  /// What is known, for a room that has to look before it writes.
  var reading: Reading { Reading(database: database) }
}

/// What is known: stored resources, the site's facts, types and fields. Changes nothing; for all who only look. Reads of the local API
/// on its hot path go through `ResourceReader`.
package struct Reading: MirrorRoom { let database: MirrorDatabase }

/// What is learned of the site as a whole: its facts, its types, their names and fields. For the beginning of a round.
package struct Discovery: MirrorRoom { let database: MirrorDatabase }

/// Taking in what the site shows: runs, pages, cursors, and what is set aside of them. For those who read collections.
package struct Pulling: MirrorRoom { let database: MirrorDatabase }

/// Finding out what is gone, and removing it.
package struct Sweeping: MirrorRoom { let database: MirrorDatabase }

/// Writing here: what the local API needs to record a change and to answer with what became of it.
package struct Recording: MirrorRoom { let database: MirrorDatabase }

/// Local changes on their way to the site: for the push, and for those who decide about changes and conflicts.
package struct Outbox: MirrorRoom { let database: MirrorDatabase }

/// The contents of files that were fetched or are to be.
package struct FileKeeping: MirrorRoom { let database: MirrorDatabase }

/// Clients, people and tokens of the local API.
package struct Tokens: MirrorRoom { let database: MirrorDatabase }

/// The state of the mirror, and whether it is sound.
package struct Reporting: MirrorRoom { let database: MirrorDatabase }

/// The views that reports read.
package struct Views: MirrorRoom { let database: MirrorDatabase }

/// The index of words.
package struct Searching: MirrorRoom { let database: MirrorDatabase }

/// What has changed, in order: how long that is kept, and who has been told how much of it.
package struct ChangeFeed: MirrorRoom { let database: MirrorDatabase }

/// Automatic indexes of paths.
package struct Indexing: MirrorRoom { let database: MirrorDatabase }

extension Mirror {
  /// What is known.
  package var reading: Reading { Reading(database: database) }
  /// What is learned of the site as a whole.
  package var discovery: Discovery { Discovery(database: database) }
  /// Taking in what the site shows.
  package var pulling: Pulling { Pulling(database: database) }
  /// Finding out what is gone.
  package var sweeping: Sweeping { Sweeping(database: database) }
  /// Writing here.
  package var recording: Recording { Recording(database: database) }
  /// Local changes on their way to the site.
  package var outbox: Outbox { Outbox(database: database) }
  /// Contents of files.
  package var files: FileKeeping { FileKeeping(database: database) }
  /// Clients, people and tokens of the local API.
  package var tokens: Tokens { Tokens(database: database) }
  /// Its state.
  package var reporting: Reporting { Reporting(database: database) }
  /// The views that reports read.
  package var views: Views { Views(database: database) }
  /// The index of words.
  package var searching: Searching { Searching(database: database) }
  /// What has changed, in order.
  package var feed: ChangeFeed { ChangeFeed(database: database) }
  /// Automatic indexes of paths.
  package var indexing: Indexing { Indexing(database: database) }
}
