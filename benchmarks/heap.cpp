// What reading and checking an image take of the heap, and what small reads cost: JSON on standard output.
//
//     heap-peak IMAGE
//
// Every allocation is counted, zlib's and libzstd's too: malloc and its like are defined here. Peaks are over what was
// allocated before.
#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

#include "check/check.hpp"
#include "read/reader.hpp"
#include "read/walk.hpp"

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* place, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* place);
}

namespace {

std::atomic<std::int64_t> allocated{0};
std::atomic<std::int64_t> highest{0};

void* counted(void* place) {
  const std::int64_t now = allocated += static_cast<std::int64_t>(::malloc_usable_size(place));
  for (std::int64_t before = highest; now > before && !highest.compare_exchange_weak(before, now);) {
  }
  return place;
}

void uncount(void* place) { allocated -= static_cast<std::int64_t>(::malloc_usable_size(place)); }

}  // namespace

extern "C" {
void* malloc(std::size_t size) { return counted(__libc_malloc(size)); }
void* calloc(std::size_t count, std::size_t size) { return counted(__libc_calloc(count, size)); }
void* realloc(void* place, std::size_t size) {
  uncount(place);
  return counted(__libc_realloc(place, size));
}
void* aligned_alloc(std::size_t alignment, std::size_t size) { return counted(__libc_memalign(alignment, size)); }
void free(void* place) {
  uncount(place);
  __libc_free(place);
}
}

namespace {

using namespace qcow2;

/// The most that `work` has allocated at a time.
template <class Work>
std::int64_t peak(Work work) {
  const std::int64_t before = allocated;
  highest = before;
  work();
  return highest - before;
}

template <class Work>
double seconds(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Those that are wholly on the disk.
std::vector<GuestOffset> compressed_clusters(const Image& image, std::size_t count_max) {
  std::vector<GuestOffset> found;
  Walk walk(image);
  const std::uint64_t end = image.header.virtual_size - image.header.virtual_size % image.header.cluster_size();
  for (std::uint64_t at = 0; at < end && found.size() < count_max;) {
    const Piece piece = walk.at({at}).value();
    if (std::holds_alternative<Compressed>(piece.mapping)) found.push_back({at});
    at += piece.length;
  }
  return found;
}

void must(const Result<void>& done) {
  if (!done) throw std::runtime_error(describe(done.error()));
}

void read_whole(const Reader& reader, std::span<const GuestOffset> clusters) {
  Scratch scratch;
  std::vector<std::byte> out(reader.image().header.cluster_size());
  for (const GuestOffset at : clusters) must(reader.read(at, out, scratch));
}

constexpr std::uint64_t small = 512;

void read_in_small_pieces(const Reader& reader, GuestOffset cluster, Scratch& scratch) {
  std::array<std::byte, small> out{};
  for (std::uint64_t at = 0; at < reader.image().header.cluster_size(); at += small)
    must(reader.read(cluster + at, out, scratch));
}

nlohmann::json measure(const Image& image) {
  const Reader reader(image, nullptr);
  const auto clusters = compressed_clusters(image, 512);
  nlohmann::json found{{"cluster_size", image.header.cluster_size()}, {"clusters", clusters.size()}};
  found["check_peak"] = peak([&] { check(image, {}, [](const Finding&) {}); });
  found["host_clusters"] = (image.source->size() + image.header.cluster_size() - 1) / image.header.cluster_size();
  if (clusters.empty()) return found;
  found["read_peak"] = peak([&] { read_whole(reader, clusters); });
  const std::span some = std::span(clusters).first(std::min<std::size_t>(clusters.size(), 64));
  Scratch scratch;
  found["small_reads_over_one_read"] = seconds([&] {
                                         for (const GuestOffset at : some) read_in_small_pieces(reader, at, scratch);
                                       }) /
                                       seconds([&] { read_whole(reader, some); });
  const std::size_t half = clusters.size() / 2;
  found["two_threads_over_one"] =
      seconds([&] {
        const std::jthread other([&] { read_whole(reader, std::span(clusters).subspan(half)); });
        read_whole(reader, std::span(clusters).first(half));
      }) /
      seconds([&] { read_whole(reader, clusters); });
  return found;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fputs("heap-peak IMAGE\n", stderr), 2;
  const int in = ::open(argv[1], O_RDONLY | O_CLOEXEC);
  if (in < 0) return std::perror("heap-peak"), 2;
  const FileSource source(in, static_cast<std::uint64_t>(::lseek(in, 0, SEEK_END)));
  auto image = open_image(source);
  if (!image) return std::fprintf(stderr, "%s\n", describe(image.error()).c_str()), 1;
  std::printf("%s\n", measure(*image).dump().c_str());
}
