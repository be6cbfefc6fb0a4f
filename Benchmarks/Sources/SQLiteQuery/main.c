// SQLite alone: one SQL, prepared once, with one set of arguments after the other, read to the end. Every column of every row is
// looked at, and text and blobs are copied behind each other into one buffer, as an answer would hold them: no HTTP, no links put back.
// The connection has the mirror's cache (8 MB) and reads only. Prints queries per second, rows and bytes of all, and the middle and
// the slowest query in milliseconds.
#include "../shared/clock.h"
#include "../shared/sqlite.h"

#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { most_arguments = 16, most_times = 1 << 20 };

struct argument {
  char kind;
  char *text;
};
struct set {
  int count;
  struct argument arguments[most_arguments];
};

static int by_size(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

// A line of arguments with tabs between them: i and a whole number, r and a real one, t and text, n.
static struct set parse(char *line) {
  struct set set = {0};
  line[strcspn(line, "\n")] = 0;
  for (char *part = strtok(line, "\t"); part != NULL; part = strtok(NULL, "\t")) {
    if (set.count == most_arguments) fail(NULL, "too many arguments");
    char *text = strdup(part + 1);
    if (text == NULL) fail(NULL, "arguments");
    set.arguments[set.count++] = (struct argument){part[0], text};
  }
  return set;
}

static void bind(sqlite3 *db, sqlite3_stmt *statement, const struct set *set) {
  for (int index = 0; index < set->count; index++) {
    const struct argument *one = &set->arguments[index];
    int code = SQLITE_MISUSE;
    if (one->kind == 'i') code = sqlite3_bind_int64(statement, index + 1, strtoll(one->text, NULL, 10));
    if (one->kind == 'r') code = sqlite3_bind_double(statement, index + 1, strtod(one->text, NULL));
    if (one->kind == 't') code = sqlite3_bind_text(statement, index + 1, one->text, -1, SQLITE_STATIC);
    if (one->kind == 'n') code = sqlite3_bind_null(statement, index + 1);
    if (code != SQLITE_OK) fail(db, "an argument");
  }
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: SQLiteQuery <database> <file: SQL, then a line of arguments for each query> <seconds; 0: each once>\n");
    return 64;
  }
  FILE *file = fopen(argv[2], "r");
  char *line = NULL;
  size_t room = 0;
  if (file == NULL || getline(&line, &room, file) < 1) fail(NULL, argv[2]);
  char *sql = strdup(line);
  struct set *sets = NULL;
  size_t count = 0;
  while (getline(&line, &room, file) > 0) {
    sets = realloc(sets, (count + 1) * sizeof *sets);
    if (sets == NULL) fail(NULL, argv[2]);
    sets[count++] = parse(line);
  }
  fclose(file);
  if (sql == NULL || count == 0) fail(NULL, "no arguments");

  sqlite3 *db = NULL;
  if (sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) fail(db, argv[1]);
  run(db, "PRAGMA cache_size = -8000; PRAGMA query_only = ON;");
  sqlite3_stmt *statement = prepare(db, sql);

  const double limit = strtod(argv[3], NULL), begun = seconds();
  double *times = malloc(most_times * sizeof *times);
  char *answer = NULL;
  size_t capacity = 0, done = 0;
  int64_t rows = 0, bytes = 0;
  if (times == NULL) fail(NULL, "times");
  do {
    const double start = seconds();
    size_t size = 0;
    bind(db, statement, &sets[done % count]);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
      rows++;
      for (int column = 0; column < sqlite3_column_count(statement); column++) {
        const int type = sqlite3_column_type(statement, column);
        if (type == SQLITE_INTEGER) bytes += sqlite3_column_int64(statement, column) & 1;
        if (type != SQLITE_TEXT && type != SQLITE_BLOB) continue;
        const void *from = sqlite3_column_blob(statement, column);
        const size_t length = (size_t)sqlite3_column_bytes(statement, column);
        if (size + length > capacity) {
          capacity = (size + length) * 2;
          answer = realloc(answer, capacity);
          if (answer == NULL) fail(NULL, "the answer");
        }
        if (length > 0) memcpy(answer + size, from, length);
        size += length;
      }
    }
    if (code != SQLITE_DONE) fail(db, sql);
    sqlite3_reset(statement);
    bytes += (int64_t)size;
    times[done % most_times] = seconds() - start;
    done++;
  } while (limit > 0 ? seconds() - begun < limit : done < count);
  const double elapsed = seconds() - begun;
  const size_t kept = done < most_times ? done : most_times;
  qsort(times, kept, sizeof *times, by_size);
  printf("%.3f %lld %lld %.3f %.3f\n", (double)done / elapsed, (long long)rows, (long long)bytes, times[kept / 2] * 1000,
         times[kept - 1] * 1000);
  sqlite3_finalize(statement);
  sqlite3_close(db);
  return 0;
}
