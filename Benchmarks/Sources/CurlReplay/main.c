// Plain libcurl: asks for what is in a file, a request a line (`METHOD target`, or `PATCH target<TAB>body`), with so many readers, each
// on a kept connection of its own, who take the next line when they are done with one. Looks at nothing but the status. Prints
// seconds and requests.
#include "../shared/clock.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char **lines;
static size_t count;
static atomic_size_t next_line, failures;
static const char *origin;
static char authorization[8192];

static size_t drop(char *bytes, size_t size, size_t items, void *unused) {
  (void)bytes, (void)unused;
  return size * items;
}

static void *reader(void *unused) {
  (void)unused;
  CURL *easy = curl_easy_init();
  struct curl_slist *fields = curl_slist_append(NULL, "Accept: application/vnd.api+json");
  fields = curl_slist_append(fields, "Content-Type: application/vnd.api+json");
  fields = curl_slist_append(fields, "Expect:");
  fields = curl_slist_append(fields, authorization);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, fields);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT, 120L);
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
  for (;;) {
    const size_t line = atomic_fetch_add(&next_line, 1);
    if (line >= count) break;
    char *target = strchr(lines[line], ' ');
    if (target == NULL) continue;
    *target++ = 0;
    char *body = strchr(target, '\t');
    if (body != NULL) *body++ = 0;
    char *url = malloc(strlen(origin) + strlen(target) + 1);
    if (url == NULL) abort();
    strcat(strcpy(url, origin), target);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    if (body == NULL) {
      curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, NULL);
      curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    } else {
      curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
      curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, lines[line]);
    }
    long status = 0;
    const CURLcode code = curl_easy_perform(easy);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK || status < 200 || status > 299) {
      if (atomic_fetch_add(&failures, 1) < 3) fprintf(stderr, "CurlReplay: %s: status %ld %s\n", target, status, curl_easy_strerror(code));
    }
    free(url);
  }
  curl_slist_free_all(fields);
  curl_easy_cleanup(easy);
  return NULL;
}

int main(int argc, char **argv) {
  enum { most = 64 };
  const int readers = argc == 5 ? atoi(argv[3]) : 0;
  FILE *file = argc == 5 ? fopen(argv[2], "r") : NULL;
  if (readers < 1 || readers > most || file == NULL) {
    fprintf(stderr, "usage: CurlReplay <origin> <file of requests> <readers, up to %d> <token>\n", most);
    return 64;
  }
  origin = argv[1];
  snprintf(authorization, sizeof authorization, "Authorization: Bearer %s", argv[4]);
  char *line = NULL;
  size_t room = 0, capacity = 0;
  for (ssize_t length; (length = getline(&line, &room, file)) > 0;) {
    if (line[length - 1] == '\n') line[length - 1] = 0;
    if (count == capacity) lines = realloc(lines, (capacity = capacity ? capacity * 2 : 1024) * sizeof *lines);
    if (lines == NULL || (lines[count++] = strdup(line)) == NULL) abort();
  }
  curl_global_init(CURL_GLOBAL_DEFAULT);
  pthread_t threads[most];
  const double start = seconds();
  for (int index = 0; index < readers; index++)
    if (pthread_create(&threads[index], NULL, reader, NULL) != 0) abort();
  for (int index = 0; index < readers; index++) pthread_join(threads[index], NULL);
  printf("%.6f %zu\n", seconds() - start, count);
  return failures > 0 ? 69 : 0;
}
