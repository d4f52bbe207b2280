#define _FILE_OFFSET_BITS 64
#define _POSIX_C_SOURCE 200809L

#include "disk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { piece = 1 << 20 };

static int refuse(libqcow_error_t* error) {
  libqcow_error_backtrace_fprint(error, stderr);
  libqcow_error_free(&error);
  return refused;
}

static int fail(const char* what) {
  fprintf(stderr, "libqcow-read: %s: %s\n", what, strerror(errno));
  return failed;
}

/* A hole for zeros: some disks of the corpus have gigabytes of them. */
static int put(const unsigned char* bytes, size_t count, FILE* out) {
  const int zeros = bytes[0] == 0 && memcmp(bytes, bytes + 1, count - 1) == 0;
  return zeros ? fseeko(out, (off_t)count, SEEK_CUR) == 0 : fwrite(bytes, 1, count, out) == count;
}

static int copy(libqcow_file_t* file, FILE* out, unsigned char* buffer) {
  libqcow_error_t* error = NULL;
  size64_t size = 0;
  size64_t done = 0;
  if (libqcow_file_get_media_size(file, &size, &error) != 1) return refuse(error);
  while (done < size) {
    const size_t wanted = size - done < piece ? (size_t)(size - done) : piece;
    const ssize_t got = libqcow_file_read_buffer_at_offset(file, buffer, wanted, (off64_t)done, &error);
    if (got < 0) return refuse(error);
    if (got == 0) break; /* the library says that the disk ends here */
    if (!put(buffer, (size_t)got, out)) return fail("write");
    done += (size64_t)got;
  }
  if (fflush(out) != 0 || ftruncate(fileno(out), (off_t)done) != 0) return fail("write");
  return accepted;
}

static int read_file(libqcow_file_t* file, const char* image, const char* out_name) {
  libqcow_error_t* error = NULL;
  unsigned char* buffer = NULL;
  FILE* out = NULL;
  int status = accepted;
  if (libqcow_file_open(file, image, libqcow_get_access_flags_read(), &error) != 1) return refuse(error);
  buffer = malloc(piece);
  out = fopen(out_name, "wb");
  status = buffer && out ? copy(file, out, buffer) : fail(out_name);
  if (out && fclose(out) != 0 && status == accepted) status = fail(out_name);
  free(buffer);
  libqcow_file_close(file, NULL);
  return status;
}

int read_disk(const char* image, const char* out) {
  libqcow_error_t* error = NULL;
  libqcow_file_t* file = NULL;
  int status = failed;
  if (libqcow_file_initialize(&file, &error) != 1) return refuse(error);
  status = read_file(file, image, out);
  libqcow_file_free(&file, NULL);
  return status;
}
