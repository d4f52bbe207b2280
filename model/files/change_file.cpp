#include "files/change_file.hpp"

#include <memory>
#include <vector>

#include "change/backing.hpp"
#include "files/copy.hpp"

namespace qcow2 {

namespace {

class Changer {
 public:
  Changer(const OpenImage& image, const ChangedPlaces& places, const ChainRules& rules)
      : image_(image), places_(places), rules_(rules), behind_(&image), copy_(image.file->source, places.image) {}

  Result<void> run(std::span<const change::Step> steps) {
    auto state = change::prepare(image_.reader->image(), copy_, image_.behind());
    if (!state) return tl::unexpected(std::move(state.error()));
    state_ = std::move(*state);
    for (const change::Step& step : steps) {
      if (auto taken = take(step); !taken) return taken;
    }
    for (const auto& file : in_order_) file->put_in_place();
    copy_.put_in_place();
    return {};
  }

 private:
  Result<void> take(const change::Step& step) {
    if (const auto* rebase = std::get_if<change::Rebase>(&step)) return take_rebase(*rebase);
    if (std::holds_alternative<change::Commit>(step)) return take_commit();
    return change::take(state_, step);
  }

  Result<void> take_rebase(change::Rebase step) {
    auto behind = open_behind(image_, step.name, step.format, rules_);
    if (!behind) return tl::unexpected(std::move(behind.error()));
    step.backing = (*behind)->behind();
    if (auto taken = change::take(state_, step); !taken) return taken;
    state_.target = nullptr;
    rebased_.push_back(std::move(*behind));
    behind_ = rebased_.back().get();
    return {};
  }

  Result<void> take_commit() {
    if (behind_->behind() != nullptr && state_.target == nullptr) {
      if (auto opened = open_target(); !opened) return opened;
    }
    in_order_.push_back(std::make_unique<Copy>(copy_, places_.image));
    if (auto taken = change::take(state_, change::Commit{}); !taken) return taken;
    in_order_.push_back(std::make_unique<Copy>(*targets_.back().copy, target_place()));
    return {};
  }

  /// A copy of the backing file, which is what the image reads from here on.
  Result<void> open_target() {
    refuse_file_in_use(target_file());
    Target& target = targets_.emplace_back();
    target.copy = std::make_unique<Copy>(target_file().source, target_place());
    if (behind_->backing) {
      auto state = change::prepare(behind_->backing->reader->image(), *target.copy, behind_->backing->behind());
      if (!state) return tl::unexpected(std::move(state.error()));
      target.disk = std::make_unique<change::Qcow2Backing>(std::move(*state));
    } else {
      target.disk = std::make_unique<change::RawBacking>(*target.copy);
    }
    state_.backing = state_.target = target.disk.get();
    return {};
  }

  const OpenFile& target_file() const { return behind_->backing ? *behind_->backing->file : *behind_->raw_backing; }

  std::filesystem::path target_place() const { return places_.backing.empty() ? target_file().path : places_.backing; }

  struct Target {
    std::unique_ptr<Copy> copy;
    std::unique_ptr<change::Backing> disk;
  };

  const OpenImage& image_;
  const ChangedPlaces& places_;
  const ChainRules& rules_;
  const OpenImage* behind_;  ///< whose backing file is the image's
  Copy copy_;
  change::State state_;
  std::vector<std::unique_ptr<OpenImage>> rebased_;
  std::vector<Target> targets_;
  std::vector<std::unique_ptr<Copy>> in_order_;  ///< what is put in place before the image at its end
};

}  // namespace

Result<void> change_file(const OpenImage& image, std::span<const change::Step> steps, const ChangedPlaces& places,
                         const ChainRules& rules) {
  refuse_file_in_use(*image.file);
  return Changer(image, places, rules).run(steps);
}

}  // namespace qcow2
