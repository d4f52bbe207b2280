// Where the bytes of a new image go. What is never written reads as zeros.
#pragma once

#include <cstddef>
#include <span>

#include "format/byte_source.hpp"

namespace qcow2 {

class ByteSink {
 public:
  virtual ~ByteSink() = default;
  virtual void write_at(HostOffset offset, std::span<const std::byte> bytes) = 0;
};

/// One that can be read from too. Writing behind the end makes it longer.
class ByteStore : public ByteSource, public ByteSink {};

}  // namespace qcow2
