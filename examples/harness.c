// Judges a reader by the plain index of an exported corpus: cc harness.c; ./a.out CORPUS UNCLAIMED READER...
// harness.py says what the arguments and the exit status mean. A library takes the place of read_disk().
#define _GNU_SOURCE
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// The exit status of the reader; 128 and its number after a signal.
static int read_disk(char** reader, int words, const char* image, const char* out) {
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    char** command = calloc((size_t)words + 3, sizeof *command);
    memcpy(command, reader, (size_t)words * sizeof *command);
    command[words] = (char*)image;
    command[words + 1] = (char*)out;
    if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr)) _exit(127);
    execvp(command[0], command);
    _exit(127);
  }
  int status;
  if (child < 0 || waitpid(child, &status, 0) != child) err(2, "%s", reader[0]);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int same_bytes(const char* left, const char* right) {
  FILE *first = fopen(left, "rb"), *second = fopen(right, "rb");
  int same = first && second, byte = 0;
  while (same && byte != EOF) same = (byte = getc_unlocked(first)) == getc_unlocked(second);
  if (first) fclose(first);
  if (second) fclose(second);
  return same;
}

static int has(const char* words, const char* separator, const char* wanted) {
  char *copy = strdup(words), *rest = copy, *word;
  while ((word = strsep(&rest, separator)) && strcmp(word, wanted) != 0) continue;
  free(copy);
  return word != NULL;
}

static const char* judge(const char* corpus, int status, const char* expected, int claimed, const char* out) {
  if (status > 1) return "crash";
  if (strcmp(expected, "any") == 0 || (status == 1 && has(expected, "|", "reject"))) return "pass";
  if (status == 1) return claimed ? "a good image was refused" : "unsupported";
  if (strcmp(expected, "reject") == 0) return "a bad image was accepted";
  char *copy = strdup(expected), *rest = copy, *word, path[4096];
  int same = 0;
  while (!same && (word = strsep(&rest, "|"))) {
    snprintf(path, sizeof path, "%s/%s", corpus, word);
    same = same_bytes(path, out);
  }
  free(copy);
  return same ? "pass" : "wrong bytes";
}

int main(int argc, char** argv) {
  if (argc < 4) errx(2, "usage: %s CORPUS UNCLAIMED READER...", argv[0]);
  char path[4096], disk[] = "/tmp/harness-XXXXXX", *line = NULL;
  size_t space = 0;
  snprintf(path, sizeof path, "%s/index.tsv", argv[1]);
  FILE* index = fopen(path, "r");
  if (!index || getline(&line, &space, index) < 0 || mkstemp(disk) < 0) err(2, "%s", path);
  int pass = 0, fail = 0, unsupported = 0, must_failed = 0;
  while (getline(&line, &space, index) > 0) {
    char *fields[7], *rest = line, *feature;
    for (int i = 0; i < 7; ++i) fields[i] = strsep(&rest, "\t\n");
    if (strcmp(fields[4], "-") == 0) continue;
    snprintf(path, sizeof path, "%s/%s", argv[1], fields[3]);
    remove(disk);
    const int status = read_disk(argv + 3, argc - 3, path, disk);
    int claimed = 1;
    while ((feature = strsep(&fields[2], ","))) claimed &= !has(argv[2], ",", feature);
    const char* found = judge(argv[1], status, fields[4], claimed, disk);
    const int passed = strcmp(found, "pass") == 0, excused = strcmp(found, "unsupported") == 0;
    pass += passed;
    unsupported += excused;
    if (passed || excused) continue;
    ++fail;
    must_failed |= strcmp(fields[1], "must") == 0;
    printf(status > 1 ? "%s (%s): %s, exit status %d\n" : "%s (%s): %s\n", fields[0], fields[1], found, status);
  }
  remove(disk);
  printf("%d pass, %d fail, %d unsupported\n", pass, fail, unsupported);
  return pass + fail + unsupported == 0 ? 2 : must_failed;
}
