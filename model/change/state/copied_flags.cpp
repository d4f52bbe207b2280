#include "change/state/copied_flags.hpp"

#include "change/state/refcounts.hpp"
#include "change/state/tables.hpp"
#include "check/table_walk.hpp"

namespace qcow2::change {

namespace {

/// Set exactly when the refcount of what the entry names is 1.
void set_copied_flag(State& state, HostOffset at, std::uint64_t entry) {
  const bool once = refcount(state, state.cluster_of(table_offset(entry))) == 1;
  const std::uint64_t right = once ? entry | copied_flag : entry & ~copied_flag;
  if (right != entry) store_number(state, at, right);
}

}  // namespace

void set_copied_flags(State& state) {
  const L1Table l1 = active_l1_table(state);
  for_each_entry(*state.store, l1.offset, l1.offset + l1.entries * table_entry_size, 3,
                 [&](HostOffset at, const L2Entry& entry) {
                   const HostOffset l2 = table_offset(entry.entry);
                   set_copied_flag(state, at, entry.entry);
                   for_each_entry(*state.store, l2, l2 + state.cluster_size(), state.image.l2_entry_bits(),
                                  [&](HostOffset l2_at, const L2Entry& l2_entry) {
                                    const bool standard = (l2_entry.entry & compressed_flag) == 0;
                                    if (standard && named_by(state, l2_entry))
                                      set_copied_flag(state, l2_at, l2_entry.entry);
                                  });
                 });
  state.copied_flags_behind = false;
}

}  // namespace qcow2::change
