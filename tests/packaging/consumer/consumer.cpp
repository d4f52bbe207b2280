// Opens an image with the model, and prints the digits of its first guest bytes, then where the corpus is.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "read/reader.hpp"

#ifndef CORPUS
#define CORPUS ""
#endif

int main(int argc, char** argv) {
  const int file = argc == 2 ? ::open(argv[1], O_RDONLY) : -1;
  if (file < 0) return 2;
  const qcow2::FileSource source(file, static_cast<std::uint64_t>(::lseek(file, 0, SEEK_END)));
  const auto image = qcow2::open_image(source);
  if (!image) {
    std::puts(image.error().detail.c_str());
    return 1;
  }
  const qcow2::Reader reader(*image, nullptr);
  std::array<std::byte, 8> bytes{};
  qcow2::Scratch scratch;
  if (!reader.read(qcow2::GuestOffset{0}, bytes, scratch)) return 1;
  for (const auto byte : bytes) std::printf("%02x", static_cast<unsigned>(byte));
  std::printf("\n%s\n", CORPUS);
}
