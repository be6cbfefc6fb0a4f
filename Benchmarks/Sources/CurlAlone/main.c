// libcurl alone: fetches every page of the static site one after the other on one kept connection, as the first pull of one
// type does, and throws the bytes away. Prints resources per second.
#include "../shared/clock.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const int rows = 50;

static size_t count(char *bytes, size_t size, size_t items, void *total) {
  (void)bytes;
  *(int64_t *)total += (int64_t)(size * items);
  return size * items;
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: CurlAlone <origin> <pages> <changed of the first resource>\n");
    return 64;
  }
  const long pages = atol(argv[2]);
  const int64_t first = atoll(argv[3]);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  CURL *easy = curl_easy_init();
  if (easy == NULL) return 70;
  struct curl_slist *fields = curl_slist_append(NULL, "Accept: application/vnd.api+json");
  fields = curl_slist_append(fields, "Authorization: Bearer benchmark");
  int64_t total = 0;
  char error[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, fields);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, count);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &total);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");

  const double start = seconds();
  for (long page = 0; page < pages; page++) {
    const int64_t id = page * rows;
    const int64_t changed = page == 0 ? 0 : first + id - 1;
    char url[1024];
    snprintf(
      url, sizeof url,
      "%s/jsonapi/node/topic?filter%%5Bor%%5D%%5Bgroup%%5D%%5Bconjunction%%5D=OR"
      "&filter%%5Bgt%%5D%%5Bcondition%%5D%%5Bpath%%5D=changed&filter%%5Bgt%%5D%%5Bcondition%%5D%%5Boperator%%5D=%%3E"
      "&filter%%5Bgt%%5D%%5Bcondition%%5D%%5Bvalue%%5D=%" PRId64
      "&filter%%5Bix%%5D%%5Bcondition%%5D%%5Bpath%%5D=drupal_internal__nid"
      "&filter%%5Bix%%5D%%5Bcondition%%5D%%5Bvalue%%5D=%" PRId64 "&sort=changed,drupal_internal__nid&page%%5Blimit%%5D=%d",
      argv[1], changed, id, rows);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    long status = 0;
    if (curl_easy_perform(easy) != CURLE_OK || curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK
        || status != 200) {
      fprintf(stderr, "CurlAlone: page %ld: status %ld %s\n", page, status, error);
      return 69;
    }
  }
  const double elapsed = seconds() - start;
  if (total < pages * rows * 100) {
    fprintf(stderr, "CurlAlone: only %" PRId64 " bytes came\n", total);
    return 69;
  }
  printf("%.0f\n", (double)(pages * rows) / elapsed);
  curl_slist_free_all(fields);
  curl_easy_cleanup(easy);
  return 0;
}
