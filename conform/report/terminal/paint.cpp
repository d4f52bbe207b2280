#include "report/terminal/paint.hpp"

#include <unistd.h>

#include <cstdlib>

#include "verdict/status.hpp"

namespace conform {

Paint Paint::for_terminal() {
  const char* no_color = std::getenv("NO_COLOR");
  return Paint(::isatty(STDOUT_FILENO) != 0 && (!no_color || *no_color == '\0'));
}

std::string Paint::by_badness(int badness, std::string_view text) const {
  if (badness >= badness_of_invented_bytes) return worst(text);
  if (badness == badness_of_unnoticed_flaws) return unnoticed(text);
  if (badness >= badness_of_failures_min) return bad(text);
  return badness == 1 ? doubtful(text) : good(text);
}

}  // namespace conform
