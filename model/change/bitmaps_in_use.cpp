#include "change/bitmaps_in_use.hpp"

#include "format/bitmap.hpp"

namespace qcow2::change {

namespace {

constexpr std::uint64_t flags_at = 12;  // in an entry of the directory
constexpr std::uint32_t in_use = 1 << 0;
constexpr std::uint32_t automatic = 1 << 1;

}  // namespace

void mark_bitmaps_in_use(State& state, BitmapsConcerned concerned) {
  if (!has_bitmaps(state.header())) return;
  const auto directory = read_bitmap_directory(state.image);
  if (!directory) return;
  for (const Bitmap& bitmap : directory->bitmaps) {
    if (concerned == BitmapsConcerned::automatic && (bitmap.flags & automatic) == 0) continue;
    // [modify-bitmaps] "sets the flag in_use of that bitmap"
    std::array<std::byte, 4> flags{};
    store_big_endian(std::span<std::byte>(flags), 0, bitmap.flags | in_use);
    state.store->write_at(bitmap.entry + flags_at, flags);
  }
}

}  // namespace qcow2::change
