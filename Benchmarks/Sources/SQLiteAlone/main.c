// SQLite alone: takes the tables and rows of a mirror into memory and writes them into an empty database of the same schema:
// identity, document and relationship rows of 500 resources (10 pages) in a transaction. No scanning, no lookups, no network.
// The time includes the last checkpoint. Prints resources per second.
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { most_columns = 8, rows_in_transaction = 500 };

struct cell {
  int type;
  int length;
  sqlite3_int64 integer;
  void *bytes;
};
struct table {
  size_t count, capacity;
  int columns;
  struct cell *cells;
};

static void fail(sqlite3 *db, const char *what) {
  fprintf(stderr, "SQLiteAlone: %s: %s\n", what, db == NULL ? "out of memory" : sqlite3_errmsg(db));
  exit(74);
}

static void run(sqlite3 *db, const char *sql) {
  if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) fail(db, sql);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql) {
  sqlite3_stmt *statement = NULL;
  if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) fail(db, sql);
  return statement;
}

static struct table load(sqlite3 *db, const char *sql) {
  sqlite3_stmt *statement = prepare(db, sql);
  struct table table = {0, 0, sqlite3_column_count(statement), NULL};
  if (table.columns > most_columns) fail(db, "too many columns");
  int step;
  while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
    if (table.count == table.capacity) {
      table.capacity = table.capacity == 0 ? 1024 : table.capacity * 2;
      table.cells = realloc(table.cells, table.capacity * (size_t)table.columns * sizeof(struct cell));
      if (table.cells == NULL) fail(NULL, sql);
    }
    for (int column = 0; column < table.columns; column++) {
      struct cell *cell = &table.cells[table.count * (size_t)table.columns + (size_t)column];
      *cell = (struct cell){sqlite3_column_type(statement, column), 0, 0, NULL};
      if (cell->type == SQLITE_INTEGER) cell->integer = sqlite3_column_int64(statement, column);
      if (cell->type != SQLITE_TEXT && cell->type != SQLITE_BLOB) continue;
      const void *bytes = sqlite3_column_blob(statement, column);
      cell->length = sqlite3_column_bytes(statement, column);
      cell->bytes = malloc((size_t)cell->length + 1);
      if (cell->bytes == NULL) fail(NULL, sql);
      if (cell->length > 0) memcpy(cell->bytes, bytes, (size_t)cell->length);
    }
    table.count++;
  }
  if (step != SQLITE_DONE) fail(db, sql);
  sqlite3_finalize(statement);
  return table;
}

static sqlite3_int64 key(const struct table *table, size_t row) { return table->cells[row * (size_t)table->columns].integer; }

static void insert(sqlite3 *db, sqlite3_stmt *statement, const struct table *table, size_t row) {
  for (int column = 0; column < table->columns; column++) {
    const struct cell *cell = &table->cells[row * (size_t)table->columns + (size_t)column];
    switch (cell->type) {
      case SQLITE_INTEGER: sqlite3_bind_int64(statement, column + 1, cell->integer); break;
      case SQLITE_TEXT: sqlite3_bind_text(statement, column + 1, cell->bytes, cell->length, SQLITE_STATIC); break;
      case SQLITE_BLOB: sqlite3_bind_blob(statement, column + 1, cell->bytes, cell->length, SQLITE_STATIC); break;
      default: sqlite3_bind_null(statement, column + 1);
    }
  }
  if (sqlite3_step(statement) != SQLITE_DONE) fail(db, "insert");
  sqlite3_reset(statement);
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

// The statements that made the tables and indexes of these rows, from the mirror itself, so that they cannot drift apart.
static void copy_schema(sqlite3 *from, sqlite3 *to) {
  sqlite3_stmt *statement = prepare(
    from,
    "SELECT sql FROM sqlite_master WHERE tbl_name IN ('identity', 'resource', 'relationship') AND sql IS NOT NULL"
    " ORDER BY type = 'index', rowid");
  while (sqlite3_step(statement) == SQLITE_ROW) run(to, (const char *)sqlite3_column_text(statement, 0));
  sqlite3_finalize(statement);
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: SQLiteAlone <mirror to take the rows from> <new database>\n");
    return 64;
  }
  sqlite3 *from = NULL, *to = NULL;
  if (sqlite3_open_v2(argv[1], &from, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) fail(from, argv[1]);
  if (sqlite3_open(argv[2], &to) != SQLITE_OK) fail(to, argv[2]);
  // As the mirror has it.
  run(to, "PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16000;"
          "PRAGMA wal_autocheckpoint = 2000; PRAGMA journal_size_limit = 67108864; PRAGMA secure_delete = OFF;");
  copy_schema(from, to);
  const struct table identities = load(from, "SELECT id, uuid, type FROM identity ORDER BY id");
  const struct table resources = load(
    from, "SELECT id, type, internal_id, changed, revision, sequence, document, splices FROM resource ORDER BY id");
  const struct table links = load(
    from, "SELECT source, field, delta, target_type, target FROM relationship ORDER BY source, field, delta");
  if (resources.count == 0 || links.count == 0) fail(from, "the mirror is empty");
  sqlite3_stmt *add_identity = prepare(to, "INSERT INTO identity (id, uuid, type) VALUES (?, ?, ?)");
  sqlite3_stmt *add_resource = prepare(
    to,
    "INSERT INTO resource (id, type, internal_id, changed, revision, sequence, document, splices)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  sqlite3_stmt *add_link = prepare(
    to, "INSERT INTO relationship (source, field, delta, target_type, target) VALUES (?, ?, ?, ?, ?)");

  const double start = seconds();
  size_t identity = 0, link = 0;
  for (size_t resource = 0; resource < resources.count; resource++) {
    if (resource % rows_in_transaction == 0) run(to, "BEGIN IMMEDIATE");
    const sqlite3_int64 id = key(&resources, resource);
    for (; identity < identities.count && key(&identities, identity) <= id; identity++)
      insert(to, add_identity, &identities, identity);
    insert(to, add_resource, &resources, resource);
    for (; link < links.count && key(&links, link) <= id; link++) insert(to, add_link, &links, link);
    if (resource + 1 == resources.count)
      for (; identity < identities.count; identity++) insert(to, add_identity, &identities, identity);
    if ((resource + 1) % rows_in_transaction == 0 || resource + 1 == resources.count) run(to, "COMMIT");
  }
  run(to, "PRAGMA wal_checkpoint(TRUNCATE)");
  printf("%.0f\n", (double)resources.count / (seconds() - start));
  sqlite3_finalize(add_identity);
  sqlite3_finalize(add_resource);
  sqlite3_finalize(add_link);
  sqlite3_close(to);
  sqlite3_close(from);
  return 0;
}
