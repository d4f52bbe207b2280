// Work in numbered pieces, shared out among threads.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <thread>
#include <vector>

namespace qcow2 {

/// Calls `work(thread, i)` for each i below `count`, thread below `threads`; each thread takes piece after piece, in
/// order. Throws what one of them has thrown.
template <class Work>
void in_parallel(std::size_t threads, std::size_t count, Work work) {
  std::atomic<std::size_t> next = 0;
  std::atomic_flag failed{};
  std::exception_ptr failure;
  const auto take_pieces = [&](std::size_t thread) {
    try {
      for (std::size_t i = next++; i < count; i = next++) work(thread, i);
    } catch (...) {
      if (!failed.test_and_set()) failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> others;
    for (std::size_t thread = 1; thread < threads && thread < count; ++thread) others.emplace_back(take_pieces, thread);
    take_pieces(0);
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace qcow2
