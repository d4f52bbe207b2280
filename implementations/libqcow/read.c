/* libqcow-read IMAGE OUT: the whole guest disk as libqcow gives it (disk.h).
 *
 * Exit 0: the library read all of the disk. 1: the library refused, its own words are on standard error.
 * 2: usage, or OUT cannot be written. */

#include <stdio.h>
#include <string.h>

#include "disk.h"

int main(int argc, char** argv) {
  if (argc == 2 && strcmp(argv[1], "--version") == 0) {
    printf("libqcow %s\n", libqcow_get_version());
    return accepted;
  }
  if (argc != 3) {
    fprintf(stderr, "usage: libqcow-read IMAGE OUT\n");
    return failed;
  }
  return read_disk(argv[1], argv[2]);
}
