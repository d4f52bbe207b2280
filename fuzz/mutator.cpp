// Changes one record of an image that a random change would seldom hit: a header field, the head of an extension, an
// entry of an L1, L2, refcount, snapshot or bitmap table, or a bitmap's description. Else libFuzzer changes any bytes.
//
// It finds the records by itself, and believes nothing: what leaves the input is passed over.
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

/// A number of `width` bytes at `at`.
struct Record {
  std::size_t at;
  unsigned width;
};

class Records {
 public:
  Records(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {
    if (size < 104) return;
    add_header();
    add_extensions();
    add_tables();
  }

  const std::vector<Record>& all() const { return records_; }
  std::uint64_t cluster_size() const { return std::uint64_t{1} << (number(20, 4) % 22); }

 private:
  static constexpr std::size_t per_table = 64;  // records taken of each table

  std::uint64_t number(std::uint64_t at, unsigned width) const {
    if (at > size_ || width > size_ - at) return 0;
    std::uint64_t value = 0;
    for (unsigned i = 0; i < width; ++i) value = value << 8 | data_[at + i];
    return value;
  }

  void add(std::uint64_t at, unsigned width) {
    if (at <= size_ && width <= size_ - at) records_.push_back({static_cast<std::size_t>(at), width});
  }

  void add_table(std::uint64_t at, std::uint64_t entries) {
    for (std::uint64_t i = 0; i < entries && i < per_table; ++i) add(at + 8 * i, 8);
  }

  static std::uint64_t place(std::uint64_t entry) { return entry & 0x00fffffffffffe00; }

  void add_header() {
    for (const Record field : {Record{4, 4},
                               {8, 8},
                               {16, 4},
                               {20, 4},
                               {24, 8},
                               {32, 4},
                               {36, 4},
                               {40, 8},
                               {48, 8},
                               {56, 4},
                               {60, 4},
                               {64, 8},
                               {72, 8},
                               {80, 8},
                               {88, 8},
                               {96, 4},
                               {100, 4},
                               {104, 1}}) {
      add(field.at, field.width);
    }
  }

  void add_extensions() {
    std::uint64_t at = number(4, 4) == 2 ? 72 : number(100, 4);
    for (int i = 0; i < 8 && number(at, 4) != 0; ++i) {
      add(at, 4);
      add(at + 4, 4);
      if (number(at, 4) == 0x23852875) add_bitmaps(at + 8);
      at += 8 + (number(at + 4, 4) + 7) / 8 * 8;
    }
  }

  void add_bitmaps(std::uint64_t extension) {
    for (const Record field : {Record{0, 4}, {4, 4}, {8, 8}, {16, 8}}) add(extension + field.at, field.width);
    std::uint64_t at = number(extension + 16, 8);
    for (std::uint64_t i = 0; i < number(extension, 4) && i < 8; ++i) {
      for (const Record field : {Record{0, 8}, {8, 4}, {12, 4}, {16, 1}, {17, 1}, {18, 2}, {20, 4}}) {
        add(at + field.at, field.width);
      }
      add_table(number(at, 8), number(at + 8, 4));
      at += (24 + number(at + 18, 2) + number(at + 20, 4) + 7) / 8 * 8;
    }
  }

  void add_l1(std::uint64_t table, std::uint64_t entries) {
    add_table(table, entries);
    for (std::uint64_t i = 0; i < entries && i < 8; ++i) {
      if (const std::uint64_t l2 = place(number(table + 8 * i, 8)); l2 != 0) add_table(l2, cluster_size() / 8);
    }
  }

  void add_tables() {
    add_l1(number(40, 8), number(36, 4));
    const std::uint64_t refcount_table = number(48, 8);
    add_table(refcount_table, 4);
    add_table(place(number(refcount_table, 8)), 16);
    std::uint64_t at = number(64, 8);
    for (std::uint64_t i = 0; i < number(60, 4) && i < 8; ++i) {
      for (const Record field : {Record{0, 8}, {8, 4}, {12, 2}, {14, 2}, {32, 4}, {36, 4}, {40, 8}, {48, 8}}) {
        add(at + field.at, field.width);
      }
      add_l1(number(at, 8), number(at + 8, 4));
      at += (40 + number(at + 12, 2) + number(at + 14, 2) + number(at + 36, 4) + 7) / 8 * 8;
    }
  }

  const std::uint8_t* data_;
  std::size_t size_;
  std::vector<Record> records_;
};

std::uint64_t changed(std::uint64_t value, std::uint64_t cluster_size, std::size_t size, std::minstd_rand& random) {
  const std::uint64_t clusters = size / cluster_size + 2;
  switch (random() % 10) {
    case 0: return 0;
    case 1: return value ^ std::uint64_t{1} << random() % 64;
    case 2: return value + 1;
    case 3: return value - 1;
    case 4: return ~std::uint64_t{0};
    case 5: return std::uint64_t{1} << 63 | random() % clusters * cluster_size;
    case 6: return random() % clusters * cluster_size;
    case 7: return std::uint64_t{1} << 62 | value;
    case 8: return value & (std::uint64_t{7} << 61);  // the place lost, the marks kept
    default: return std::uint64_t{random()} << 32 | random();
  }
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  std::minstd_rand random(seed);
  const Records records(data, size);
  if (records.all().empty() || random() % 3 == 0) return LLVMFuzzerMutate(data, size, max_size);
  const Record record = records.all()[random() % records.all().size()];
  std::uint64_t value = 0;
  for (unsigned i = 0; i < record.width; ++i) value = value << 8 | data[record.at + i];
  value = changed(value, records.cluster_size(), size, random);
  for (unsigned i = record.width; i-- > 0; value >>= 8) data[record.at + i] = static_cast<std::uint8_t>(value);
  return size;
}
