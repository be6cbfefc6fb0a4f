// Bare SQLite transactions with the rows of a local write: the changed document, the note in the outbox and the copy of what the site
// had, each in a durable transaction of its own (synchronous = FULL), over the topics of a mirror. Prints transactions per second.
#include "../shared/clock.h"
#include "../shared/sqlite.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

static void step(sqlite3 *db, sqlite3_stmt *statement, sqlite3_int64 id) {
  sqlite3_bind_int64(statement, 1, id);
  if (sqlite3_step(statement) != SQLITE_DONE) fail(db, sqlite3_sql(statement));
  sqlite3_reset(statement);
}

int main(int argc, char **argv) {
  const double limit = argc == 3 ? atof(argv[2]) : 0;
  if (limit <= 0) {
    fprintf(stderr, "usage: SQLiteWrites <copy of a mirror, which is changed> <seconds>\n");
    return 64;
  }
  sqlite3 *db = NULL;
  if (sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) fail(db, argv[1]);
  run(db, "PRAGMA synchronous = FULL; PRAGMA cache_size = -40000; PRAGMA wal_autocheckpoint = 4000; PRAGMA secure_delete = ON;");
  sqlite3_stmt *topics =
    prepare(db, "SELECT id FROM resource WHERE type = (SELECT id FROM resource_type WHERE name = 'node--topic') ORDER BY id");
  enum { most = 4096 };
  static sqlite3_int64 ids[most];
  int found = 0;
  while (found < most && sqlite3_step(topics) == SQLITE_ROW) ids[found++] = sqlite3_column_int64(topics, 0);
  sqlite3_finalize(topics);
  if (found == 0) fail(db, "the mirror has no topics");
  sqlite3_stmt *keep = prepare(
    db, "INSERT OR IGNORE INTO outbox_copy (resource, base_document, base_splices, base_revision)"
        " SELECT id, document, splices, revision FROM resource WHERE id = ?");
  sqlite3_stmt *change = prepare(
    db, "UPDATE resource SET document = replace(document, '\"title\":\"', '\"title\":\"x'),"
        " sequence = (SELECT max(sequence) + 1 FROM resource) WHERE id = ?");
  sqlite3_stmt *note = prepare(
    db, "INSERT INTO outbox (resource, type, kind, members, consumer, recorded, state)"
        " SELECT id, type, 'update', '{\"attributes\":{\"title\":\"A title of some length\"}}', 'bench', 1700000000, 'queued'"
        " FROM resource WHERE id = ?");
  long count = 0;
  const double start = seconds();
  double now = start;
  for (; now - start < limit; count++, now = seconds()) {
    run(db, "BEGIN IMMEDIATE");
    const sqlite3_int64 id = ids[count % found];
    step(db, keep, id);
    step(db, change, id);
    step(db, note, id);
    run(db, "COMMIT");
  }
  printf("%.1f\n", (double)count / (now - start));
  sqlite3_finalize(keep);
  sqlite3_finalize(change);
  sqlite3_finalize(note);
  sqlite3_close(db);
  return 0;
}
