// L1 and L2 tables of an image that is being changed: what an entry refers to, and how one is replaced.
//
// A table that is shared, with a snapshot or with another L1 entry, is copied before it changes.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "change/state/state.hpp"
#include "format/l2_entry.hpp"
#include "format/result.hpp"

namespace qcow2::change {

/// Bytes of the file.
struct HostRange {
  HostOffset offset;
  std::uint64_t length = 0;
};

/// What the entry refers to: a compressed cluster's extent, or a host cluster, in use or set aside.
std::optional<HostRange> named_by(const State& state, const L2Entry& entry);

/// An L1 table: the active one, or a snapshot's.
struct L1Table {
  HostOffset offset;
  std::uint64_t entries = 0;
};

L1Table active_l1_table(const State& state);

/// The L2 table that an L1 entry names; 0: none.
HostOffset l2_table(const State& state, const L1Table& table, std::uint64_t l1_index);

/// Calls `visit` for each L2 table that the L1 table names and for what each of its entries refers to: once for every
/// way there, so as often as it is counted.
void for_each_reference(const State& state, const L1Table& table, const std::function<void(const HostRange&)>& visit);

/// The entry of a guest cluster; 0 where there is no L2 table.
L2Entry load_entry(const State& state, const L1Table& table, std::uint64_t guest_cluster);

/// The active one.
L2Entry load_entry(const State& state, std::uint64_t guest_cluster);

/// Stores an entry in a table that nobody else has. What it and the one before refer to is counted elsewhere.
Result<void> store_entry(State& state, std::uint64_t guest_cluster, const L2Entry& entry);

/// Stores an entry whose references are counted already, and drops those of the one that was there.
Result<void> replace_entry(State& state, std::uint64_t guest_cluster, const L2Entry& entry);

/// Takes away the L2 table of an active L1 entry, with all that it refers to.
void drop_l2_table(State& state, std::uint64_t l1_index);

/// The first guest cluster from `guest_cluster` on that has an active L2 table; `end` where there is none before it.
std::uint64_t next_with_table(const State& state, std::uint64_t guest_cluster, std::uint64_t end);

/// An entry that names nothing.
bool is_empty(const L2Entry& entry);

}  // namespace qcow2::change
