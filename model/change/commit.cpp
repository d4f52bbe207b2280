#include "change/commit.hpp"

#include <algorithm>
#include <vector>

#include "change/backing.hpp"
#include "change/backing_need.hpp"
#include "change/state/clusters.hpp"
#include "change/state/tables.hpp"
#include "format/rounding.hpp"

namespace qcow2::change {

namespace {

Result<void> commit_cluster(State& state, std::uint64_t guest_cluster) {
  std::vector<std::byte> bytes(state.cluster_size());
  if (auto read = read_cluster(state, guest_cluster, bytes); !read) return read;
  const GuestOffset offset{guest_cluster * state.cluster_size()};
  const std::uint64_t visible = std::min(state.cluster_size(), state.header().virtual_size - offset.value);
  return state.target->write(offset, visible, [&](std::uint64_t at, std::span<std::byte> out) {
    std::ranges::copy(std::span(bytes).subspan(at, out.size()), out.begin());
  });
}

}  // namespace

Result<void> commit(State& state) {
  if (state.target == nullptr)
    return refuse(rule::backing_file_missing, {}, "the image has no backing file to commit to");
  if (auto judged = judge_snapshots_take_nothing(state); !judged) return judged;
  const std::uint64_t size = state.header().virtual_size;
  if (state.target->size() < size) {
    if (auto grown = state.target->grow(size); !grown) return grown;
  }
  const std::uint64_t end = divide_up(size, state.cluster_size());
  for (std::uint64_t cluster = next_with_table(state, 0, end); cluster < end;
       cluster = next_with_table(state, cluster + 1, end)) {
    if (is_empty(load_entry(state, cluster))) continue;  // [modify-commit] zeros are something the image has
    if (auto committed = commit_cluster(state, cluster); !committed) return committed;
  }
  for (std::uint64_t index = 0; index < active_l1_table(state).entries; ++index) drop_l2_table(state, index);
  return state.target->settle();
}

}  // namespace qcow2::change
