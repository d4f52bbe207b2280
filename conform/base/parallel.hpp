// Independent tasks side by side.
#pragma once

#include <cstddef>
#include <functional>

namespace conform {

/// task(0) to task(count - 1), begun in this order, on `jobs` threads; returns when all are done.
void in_parallel(std::size_t count, unsigned jobs, const std::function<void(std::size_t)>& task);

/// As many as this machine has processors.
unsigned processors();

}  // namespace conform
