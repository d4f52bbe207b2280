#include "base/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace conform {

void in_parallel(std::size_t count, unsigned jobs, const std::function<void(std::size_t)>& task) {
  std::atomic<std::size_t> next{0};
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < std::max(1U, jobs); ++i)
    threads.emplace_back([&] {
      for (std::size_t number = next++; number < count; number = next++) task(number);
    });
}

unsigned processors() { return std::max(1U, std::thread::hardware_concurrency()); }

}  // namespace conform
