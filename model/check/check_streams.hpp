// The part of a deep check that decodes: compressed clusters are collected, and decoded by several threads at once.
// What is found is reported in the order in which the clusters came, whatever the number of threads.
#pragma once

#include <vector>

#include "check/findings.hpp"
#include "read/reader.hpp"

namespace qcow2 {

class StreamChecker {
 public:
  StreamChecker(const Image& image, unsigned jobs, Findings& findings)
      : image_(image), findings_(findings), threads_(jobs) {}

  void add(const Descriptor& descriptor, const Where& where);
  /// Decodes what was added and not decoded yet.
  void finish();

 private:
  struct Stream {
    Descriptor descriptor;
    Where where;
  };
  struct Thread {
    Scratch scratch;
    std::vector<std::byte> cluster;
  };

  const Image& image_;
  Findings& findings_;
  std::vector<Thread> threads_;
  std::vector<Stream> batch_;
};

}  // namespace qcow2
