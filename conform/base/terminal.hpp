// What a terminal has room for.
#pragma once

#include <cstddef>
#include <string>

namespace conform {

/// Columns of the terminal behind a file descriptor; where there is none, $COLUMNS, or else 80.
std::size_t terminal_width(int file_descriptor);

/// The text in at most `width` columns; one that is cut ends in "…".
std::string cut(const std::string& text, std::size_t width);

/// `value` after `label`, in lines of at most `width` columns that end in a newline; later lines are indented as far as
/// `label` is long. A word that has no room stays whole.
std::string wrapped(const std::string& label, const std::string& value, std::size_t width);

}  // namespace conform
