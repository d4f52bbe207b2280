/* libqcow-adapter: libqcow at level 1, in one process for all images (docs/plugging-in.md).
 *
 * What the library says is said, and nothing corrected. A request is one line of JSON whose form is known (see
 * implementations/protocol/schema.json), so that its values are found by their names; a value that is not as expected
 * ends us. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk.h"

/* The value of "name": in the line, up to 4095 bytes; only \" and \\ and \/ are taken as escapes. */
static const char* value(const char* line, const char* name) {
  static char text[2][4096];
  static int turn;
  char key[32];
  char* to = text[turn ^= 1];
  const char* end = to + sizeof text[0] - 1;
  const char* at;
  snprintf(key, sizeof key, "\"%s\":", name);
  at = strstr(line, key);
  if (at == NULL) exit(failed);
  at += strlen(key);
  if (*at != '"') { /* a number */
    while (*at >= '0' && *at <= '9' && to < end) *to++ = *at++;
  } else {
    for (++at; *at != '"' && *at != '\0' && to < end; ++at) {
      if (*at == '\\' && strchr("\"\\/", *++at) == NULL) exit(failed);
      *to++ = *at;
    }
  }
  *to = '\0';
  return text[turn];
}

static void answer(const char* line, const char* rest) {
  printf("{\"seq\":%s%s}\n", value(line, "seq"), rest);
  fflush(stdout);
}

int main(void) {
  static char line[16384];
  char hello[256];
  snprintf(hello, sizeof hello,
           ",\"protocol\":1,\"name\":\"libqcow\",\"version\":\"%s\",\"operations\":[\"read\"],"
           "\"features\":[\"deflate\",\"v2\",\"snapshot\",\"standard-clusters\",\"zero-clusters\"]",
           libqcow_get_version());
  while (fgets(line, sizeof line, stdin) != NULL) {
    const char* op = value(line, "op");
    if (strcmp(op, "hello") == 0) {
      answer(line, hello);
    } else if (strcmp(op, "read") == 0) {
      const int status = read_disk(value(line, "image"), value(line, "out"));
      if (status == failed) return failed;
      answer(line, status == accepted ? ",\"answer\":\"accept\"" : ",\"answer\":\"reject\"");
    } else {
      answer(line, "");
      return strcmp(op, "bye") == 0 ? 0 : failed;
    }
  }
  return 0;
}
