// A small corpus of real images, written by qcow2-model, for what is judged by reading images: write and modify.
#pragma once

#include "fixture.hpp"

namespace conform::test {

/// 4 clusters of 64 KiB that compress to about a half, each other.
std::string real_disk();

/// `disk` with `length` bytes `byte` from `offset` on.
std::string overwritten(std::string disk, std::size_t offset, std::size_t length, char byte);

/// The toys, and cases with real images.
class ImageCorpus : public ToyCorpus {
 public:
  ImageCorpus();

  /// A case with the operation write of real_disk(), of which all properties are asked.
  void add_write_case(const std::string& id, const Json& image = Json::object());

  struct Simple {
    std::string id;
    Json operation;
    bool snapshot = false;  // the image has one, "before"
  };
  /// A case with one operation on an image of real_disk().
  void add_case_of(const Simple& simple);

  struct Modify {
    std::string id;
    Json steps;
    std::string check = "clean";  // empty: the verdict is observe
    std::string after;            // the disk that must come out
    Json open = Json::array();    // parts of it in which zeros are right too
    bool snapshot = false;        // the image has one, "before"
    bool sibling = false;         // the image has a file beside it, base.raw, that it does not use
  };
  void add_modify_case(const Modify& modify);

 private:
  void put_image(const std::string& id, bool snapshot);
};

/// `{bin}/…` and the places of the operation, for a fault of faults/writer.py or modifier.py.
std::string writer(const std::string& fault);
std::string modifier(const std::string& fault);

}  // namespace conform::test
