// SQLite alone: takes what a mirror has of its resources into memory and writes it into an empty database of the same schema: the
// rows of 500 resources (10 pages) in a transaction, and with `words` the index of words behind them, 500 in a transaction, too. No
// scanning, no lookups, no network. The time includes the last checkpoint. Prints resources per second.
#include "../shared/clock.h"
#include "../shared/sqlite.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { most_columns = 32, rows_in_transaction = 500 };

struct cell {
  int type;
  int length;
  sqlite3_int64 integer;
  double real;
  void *bytes;
};
struct table {
  size_t count, capacity, next;
  int columns;
  struct cell *cells;
  sqlite3_stmt *add;
};

// What a pull writes of resources. The first column of each is the resource; bookkeeping is a row for each page or type.
static const char *const tables[] = {"identity", "resource", "relationship", "plain_text", "file_source"};
enum { table_count = sizeof tables / sizeof tables[0], resources = 1 };

// The rows of a table, all columns, and the statement that writes them into another database.
static struct table load(sqlite3 *db, sqlite3 *to, const char *name, const char *columns) {
  char sql[256];
  snprintf(sql, sizeof sql, "SELECT %s FROM %s ORDER BY 1", columns, name);
  sqlite3_stmt *statement = prepare(db, sql);
  struct table table = {0, 0, 0, sqlite3_column_count(statement), NULL, NULL};
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
      *cell = (struct cell){sqlite3_column_type(statement, column), 0, 0, 0, NULL};
      if (cell->type == SQLITE_INTEGER) cell->integer = sqlite3_column_int64(statement, column);
      if (cell->type == SQLITE_FLOAT) cell->real = sqlite3_column_double(statement, column);
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
  char add[4096];
  int length = snprintf(add, sizeof add, "INSERT INTO %s (", name);
  for (int column = 0; column < table.columns; column++)
    length += snprintf(add + length, sizeof add - (size_t)length, "%s\"%.60s\"", column ? ", " : "", sqlite3_column_name(statement, column));
  for (int column = 0; column < table.columns; column++)
    length += snprintf(add + length, sizeof add - (size_t)length, column ? ", ?" : ") VALUES (?");
  snprintf(add + length, sizeof add - (size_t)length, ")");
  sqlite3_finalize(statement);
  table.add = prepare(to, add);
  return table;
}

static sqlite3_int64 key(const struct table *table, size_t row) { return table->cells[row * (size_t)table->columns].integer; }

static void insert(sqlite3 *db, struct table *table) {
  sqlite3_stmt *statement = table->add;
  const size_t row = table->next++;
  for (int column = 0; column < table->columns; column++) {
    const struct cell *cell = &table->cells[row * (size_t)table->columns + (size_t)column];
    switch (cell->type) {
      case SQLITE_INTEGER: sqlite3_bind_int64(statement, column + 1, cell->integer); break;
      case SQLITE_TEXT: sqlite3_bind_text(statement, column + 1, cell->bytes, cell->length, SQLITE_STATIC); break;
      case SQLITE_FLOAT: sqlite3_bind_double(statement, column + 1, cell->real); break;
      case SQLITE_BLOB: sqlite3_bind_blob(statement, column + 1, cell->bytes, cell->length, SQLITE_STATIC); break;
      default: sqlite3_bind_null(statement, column + 1);
    }
  }
  if (sqlite3_step(statement) != SQLITE_DONE) fail(db, "insert");
  sqlite3_reset(statement);
}

// The statements that made the tables and indexes of these rows, from the mirror itself, so that they cannot drift apart.
static void copy_schema(sqlite3 *from, sqlite3 *to, const char *name) {
  sqlite3_stmt *statement = prepare(
    from, "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type IN ('table', 'index') AND sql IS NOT NULL"
          " ORDER BY type = 'index', rowid");
  sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
  while (sqlite3_step(statement) == SQLITE_ROW) run(to, (const char *)sqlite3_column_text(statement, 0));
  sqlite3_finalize(statement);
}

int main(int argc, char **argv) {
  const int has_words = argc == 4 && strcmp(argv[3], "words") == 0;
  if (argc != 3 && !has_words) {
    fprintf(stderr, "usage: SQLiteAlone <mirror to take the rows from> <new database> [words]\n");
    return 64;
  }
  sqlite3 *from = NULL, *to = NULL;
  if (sqlite3_open_v2(argv[1], &from, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) fail(from, argv[1]);
  if (sqlite3_open(argv[2], &to) != SQLITE_OK) fail(to, argv[2]);
  // As the mirror has it.
  run(to, "PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -40000;"
          "PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864; PRAGMA secure_delete = ON;");
  struct table all[table_count];
  for (int index = 0; index < table_count; index++) {
    copy_schema(from, to, tables[index]);
    all[index] = load(from, to, tables[index], "*");
  }
  struct table words = {0};
  if (has_words) {
    copy_schema(from, to, "search_index");
    words = load(from, to, "search_index", "rowid, *");
  }
  const size_t count = all[resources].count;
  if (count == 0) fail(from, "the mirror is empty");

  const double start = seconds();
  for (size_t resource = 0; resource < count; resource++) {
    if (resource % rows_in_transaction == 0) run(to, "BEGIN IMMEDIATE");
    const int is_last = resource + 1 == count;
    const sqlite3_int64 id = key(&all[resources], resource);
    for (int index = 0; index < table_count; index++)
      while (all[index].next < all[index].count && (is_last || key(&all[index], all[index].next) <= id)) insert(to, &all[index]);
    if ((resource + 1) % rows_in_transaction == 0 || is_last) run(to, "COMMIT");
  }
  while (words.next < words.count) {
    if (words.next % rows_in_transaction == 0) run(to, "BEGIN IMMEDIATE");
    insert(to, &words);
    if (words.next % rows_in_transaction == 0 || words.next == words.count) run(to, "COMMIT");
  }
  run(to, "PRAGMA wal_checkpoint(TRUNCATE)");
  printf("%.0f\n", (double)count / (seconds() - start));
  for (int index = 0; index < table_count; index++) sqlite3_finalize(all[index].add);
  sqlite3_finalize(words.add);
  sqlite3_close(to);
  sqlite3_close(from);
  return 0;
}
