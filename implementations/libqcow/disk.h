/* The whole guest disk as libqcow gives it: what the program and the adapter over libqcow share.
 *
 * A thin wrapper that says what the library says and corrects nothing: bytes that the library hands out without an
 * error are written, whatever they are (from a short stream it hands out memory that nobody has written to). */
#ifndef DISK_H
#define DISK_H

#include <libqcow.h>

enum { accepted = 0, refused = 1, failed = 2 };

/* accepted: all of the disk is in `out`. refused: the library refused, its own words are on standard error.
 * failed: `out` cannot be written. */
int read_disk(const char* image, const char* out);

#endif
