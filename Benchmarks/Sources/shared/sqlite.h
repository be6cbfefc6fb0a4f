// SQLite in the reference programs: whatever fails ends the program with a message.
#pragma once
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

// Says what failed and why; `db` is NULL where it was no matter of a database.
static inline _Noreturn void fail(sqlite3 *db, const char *what) {
  fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, db == NULL ? "out of memory" : sqlite3_errmsg(db));
  exit(74);
}

static inline void run(sqlite3 *db, const char *sql) {
  if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) fail(db, sql);
}

static inline sqlite3_stmt *prepare(sqlite3 *db, const char *sql) {
  sqlite3_stmt *statement = NULL;
  if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) fail(db, sql);
  return statement;
}
