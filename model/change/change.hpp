// Changing an image in place: one step after the other, as a guest and an operator would ask for them.
//
// This is the reference for what a change must do and keep, not a driver: it is small, it copies more than it has to,
// and after every step a checker looks at the whole image. It works on a copy; whoever asks for the change puts the
// copy in place of the image when all steps are done.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "change/prepare.hpp"
#include "change/state/state.hpp"
#include "change/write.hpp"
#include "format/result.hpp"

namespace qcow2::change {

struct Write {
  GuestOffset offset;
  std::uint64_t length = 0;
  Content content;
};
struct WriteCompressed {
  GuestOffset offset;
  std::uint64_t length = 0;
  Content content;
};
struct WriteZeroes {
  GuestOffset offset;
  std::uint64_t length = 0;
};
struct Discard {
  GuestOffset offset;
  std::uint64_t length = 0;
};
struct Resize {
  std::uint64_t size = 0;
};
/// All that was written before is to outlast a crash; here all of it does, or none.
struct Flush {};
struct SnapshotCreate {
  std::string name;
};
struct SnapshotApply {
  std::string wanted;  ///< an id or a name, the same below
};
struct SnapshotDelete {
  std::string wanted;
};
/// Into the disk that state.target is.
struct Commit {};
struct Rebase {
  std::string name;  ///< empty: no backing file
  std::string format;
  const GuestSource* backing = nullptr;  ///< what the name stands for
};
using Step = std::variant<Write, WriteCompressed, WriteZeroes, Discard, Resize, Flush, SnapshotCreate, SnapshotApply,
                          SnapshotDelete, Commit, Rebase>;

/// Takes the step, and looks whether the invariants of state.hpp hold.
/// Refuses what the step refuses. The store is then to be thrown away.
Result<void> take(State& state, const Step& step);

}  // namespace qcow2::change
