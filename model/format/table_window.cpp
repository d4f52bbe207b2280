#include "format/table_window.hpp"

#include <algorithm>

namespace qcow2 {

void TableWindow::enter(const ByteSource& source, HostOffset begin) {
  begin_ = {nowhere};
  std::ranges::fill(std::span(bytes_).subspan(source.read_at(begin, bytes_)), std::byte{0});
  const bool zeros = std::ranges::all_of(bytes_, [](std::byte byte) { return byte == std::byte{0}; });
  // [resource-bounds] "What an image claims does not by itself make a reader use memory or time"
  const std::uint64_t data = zeros ? source.next_data(begin + size).value : 0;
  zeros_end_ = {zeros ? std::max(data - data % size, begin.value + size) : 0};
  begin_ = begin;
}

}  // namespace qcow2
