// What the model answers when an image breaks the format.
//
// A Rule bears the slug of the clause in spec/compressed-clusters.md that it enforces and the stage of reading at which
// it is noticed. Reading stops at the first Violation; check collects all. A broken invariant of the model itself is an
// assert, an unreadable file is a std::system_error, and neither is ever a Violation.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace qcow2 {

/// How far a reader had come when it refused (the stages of a case's `expect`).
enum class Stage { open, header, l1, l2, descriptor, extent, decompress, length };

constexpr std::string_view name(Stage stage) {
  switch (stage) {
    case Stage::open: return "open";
    case Stage::header: return "header";
    case Stage::l1: return "l1";
    case Stage::l2: return "l2";
    case Stage::descriptor: return "descriptor";
    case Stage::extent: return "extent";
    case Stage::decompress: return "decompress";
    case Stage::length: return "length";
  }
  return "?";
}

struct Rule {
  std::string_view slug;
  Stage stage;
  friend constexpr bool operator==(const Rule& a, const Rule& b) { return a.slug == b.slug; }
};

namespace rule {
inline constexpr Rule backing_file_missing{"backing-file-missing", Stage::open};
inline constexpr Rule backing_format{"backing-format", Stage::open};
inline constexpr Rule backing_chain_cycle{"backing-chain-cycle", Stage::open};
inline constexpr Rule external_data_file_missing{"external-data-file-missing", Stage::open};

inline constexpr Rule header_magic{"header-magic", Stage::header};
inline constexpr Rule header_version{"header-version", Stage::header};
inline constexpr Rule header_cluster_bits{"header-cluster-bits", Stage::header};
inline constexpr Rule header_cluster_bits_large{"header-cluster-bits-large", Stage::header};
inline constexpr Rule header_fields_in_file{"header-fields-in-file", Stage::header};
inline constexpr Rule header_in_file{"header-in-file", Stage::header};
inline constexpr Rule header_length{"header-length", Stage::header};
inline constexpr Rule header_length_multiple{"header-length-multiple", Stage::header};
inline constexpr Rule header_incompatible_features{"header-incompatible-features", Stage::header};
inline constexpr Rule header_encryption{"header-encryption", Stage::header};
inline constexpr Rule header_refcount_order{"header-refcount-order", Stage::header};
inline constexpr Rule header_extensions_fit{"header-extensions-fit", Stage::header};
inline constexpr Rule compression_type{"compression-type", Stage::header};
inline constexpr Rule compression_type_agrees{"compression-type-agrees", Stage::header};
inline constexpr Rule extended_l2_cluster_bits{"extended-l2-cluster-bits", Stage::header};
inline constexpr Rule backing_file_name_length{"backing-file-name-length", Stage::header};
inline constexpr Rule backing_file_in_first_cluster{"backing-file-in-first-cluster", Stage::header};

inline constexpr Rule l1_table{"l1-table", Stage::l1};
inline constexpr Rule l1_table_aligned{"l1-table-aligned", Stage::l1};
inline constexpr Rule l1_in_file{"l1-in-file", Stage::l1};

inline constexpr Rule l2_table{"l2-table", Stage::l2};
inline constexpr Rule l2_in_file{"l2-in-file", Stage::l2};

inline constexpr Rule standard_cluster{"standard-cluster", Stage::descriptor};
inline constexpr Rule standard_past_end{"standard-past-end", Stage::descriptor};
inline constexpr Rule unallocated_cluster{"unallocated-cluster", Stage::descriptor};
inline constexpr Rule zero_cluster_v2{"zero-cluster-v2", Stage::descriptor};
inline constexpr Rule extended_l2_alloc_and_zero{"extended-l2-alloc-and-zero", Stage::descriptor};
inline constexpr Rule extended_l2_alloc_without_offset{"extended-l2-alloc-without-offset", Stage::descriptor};
inline constexpr Rule compressed_flag{"compressed-flag", Stage::descriptor};
inline constexpr Rule offset_field{"offset-field", Stage::descriptor};
inline constexpr Rule size_field{"size-field", Stage::descriptor};
inline constexpr Rule offset_above_bit_55{"offset-above-bit-55", Stage::descriptor};
inline constexpr Rule copied_flag_clear{"copied-flag-clear", Stage::descriptor};
inline constexpr Rule extended_l2_bitmap{"extended-l2-bitmap", Stage::descriptor};
inline constexpr Rule reserved_bits{"reserved-bits", Stage::descriptor};
inline constexpr Rule external_data_file_standard{"external-data-file-standard", Stage::descriptor};
inline constexpr Rule external_data_file{"external-data-file", Stage::descriptor};

inline constexpr Rule missing_bytes{"missing-bytes", Stage::extent};

inline constexpr Rule outside_extent{"outside-extent", Stage::decompress};
inline constexpr Rule incomplete_refused{"incomplete-refused", Stage::decompress};
inline constexpr Rule deflate_invalid{"deflate-invalid", Stage::decompress};
inline constexpr Rule zstd_invalid{"zstd-invalid", Stage::decompress};
inline constexpr Rule zstd_checksum{"zstd-checksum", Stage::decompress};
inline constexpr Rule zstd_checksum_cut{"zstd-checksum-cut", Stage::decompress};
inline constexpr Rule zstd_dictionary{"zstd-dictionary", Stage::decompress};
inline constexpr Rule zstd_window{"zstd-window", Stage::decompress};

// What only a checker looks at; no reading stops there, so their stage is that of the table concerned.
inline constexpr Rule copied_flag_data_file{"copied-flag-data-file", Stage::l2};
inline constexpr Rule copied_flag{"copied-flag", Stage::l2};
inline constexpr Rule refcount_lookup{"refcount-lookup", Stage::l2};
inline constexpr Rule refcount_width{"refcount-width", Stage::l2};
inline constexpr Rule check_refcounts{"check-refcounts", Stage::l2};
inline constexpr Rule check_metadata_overlap{"check-metadata-overlap", Stage::l2};
inline constexpr Rule check_extent_past_end{"check-extent-past-end", Stage::extent};
inline constexpr Rule snapshot_tables{"snapshot-tables", Stage::l1};

inline constexpr Rule range_past_end{"range-past-end", Stage::length};

// What only a program that changes an image looks at.
inline constexpr Rule modify_corrupt_bit{"modify-corrupt-bit", Stage::header};
inline constexpr Rule modify_guest_bytes{"modify-guest-bytes", Stage::length};
inline constexpr Rule writer_whole_cluster{"writer-whole-cluster", Stage::length};
}  // namespace rule

/// Where in the image a rule was broken; what is not known stays empty.
struct Where {
  std::optional<std::uint64_t> l1_index{};
  std::optional<std::uint64_t> l2_index{};
  std::optional<std::uint64_t> guest_offset{};
  std::optional<std::uint64_t> host_offset{};
};

struct Violation {
  Rule rule;
  Where where;
  std::string detail;
};

template <class T>
using Result = tl::expected<T, Violation>;

inline tl::unexpected<Violation> refuse(Rule broken, Where where, std::string detail) {
  return tl::unexpected(Violation{broken, where, std::move(detail)});
}

/// "l1_index 0, l2_index 5"; empty where nothing is known.
std::string describe(const Where& where);

/// One line: stage, rule, what is wrong, and where.
std::string describe(const Violation& violation);

}  // namespace qcow2
