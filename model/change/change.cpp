#include "change/change.hpp"

#include "change/commit.hpp"
#include "change/discard.hpp"
#include "change/rebase.hpp"
#include "change/resize.hpp"
#include "change/snapshots.hpp"
#include "change/state/invariants.hpp"

namespace qcow2::change {

namespace {

struct Take {
  State& state;

  Result<void> operator()(const Write& step) const { return write(state, step.offset, step.length, step.content); }
  Result<void> operator()(const WriteCompressed& step) const {
    return write_compressed(state, step.offset, step.length, step.content);
  }
  Result<void> operator()(const WriteZeroes& step) const { return write_zeroes(state, step.offset, step.length); }
  Result<void> operator()(const Discard& step) const { return discard(state, step.offset, step.length); }
  Result<void> operator()(const Resize& step) const { return resize(state, step.size); }
  Result<void> operator()(const Flush&) const { return {}; }
  Result<void> operator()(const SnapshotCreate& step) const { return create_snapshot(state, step.name); }
  Result<void> operator()(const SnapshotApply& step) const { return apply_snapshot(state, step.wanted); }
  Result<void> operator()(const SnapshotDelete& step) const { return delete_snapshot(state, step.wanted); }
  Result<void> operator()(const Commit&) const { return commit(state); }
  Result<void> operator()(const Rebase& step) const { return rebase(state, step.backing, step.name, step.format); }
};

}  // namespace

Result<void> take(State& state, const Step& step) {
  if (auto taken = std::visit(Take{state}, step); !taken) return taken;
  return settle(state);
}

}  // namespace qcow2::change
