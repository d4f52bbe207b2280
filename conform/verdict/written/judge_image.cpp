#include "verdict/written/judge_image.hpp"

#include <algorithm>

#include "corpus/guest_map.hpp"
#include "verdict/written/judge_modified.hpp"

namespace conform {
namespace {

/// What the parameters of a written image are, held against those that were asked for.
class Parameters {
 public:
  Parameters(const CommandTemplate& words, const WriteParameters& wanted, Inspection& image)
      : words_(words), wanted_(wanted), image_(image) {}

  void judge() {
    compare("cluster_bits", std::to_string(wanted_.cluster_bits),
            words_.uses("cluster_bits") || words_.uses("cluster_size"));
    compare("refcount_bits", std::to_string(wanted_.refcount_bits), words_.uses("refcount_bits"));
    if (image_.number_of_info("compressed_clusters") > 0)
      compare("compression_type", wanted_.compression, words_.uses("compression"));
  }

 private:
  /// One that was told and wrote otherwise is at fault; one whose command has no word for it did not try the case.
  void compare(const char* what, const std::string& asked, bool told) {
    const Json& value = image_.seen().info.at(what);
    const auto got = value.is_string() ? value.get<std::string>() : value.dump();
    if (got == asked) return;
    const auto text = fmt::format("{} is {}, but {} was asked for", what, got, asked);
    if (told)
      image_.broken("other-parameters", text);
    else
      image_.judged.untried = text + ", which its command does not pass on";
  }

  const CommandTemplate& words_;
  const WriteParameters& wanted_;
  Inspection& image_;
};

Result<void> judge_properties(const Clauses& clauses, const Operation& operation, Inspection& image) {
  for (const auto& slug : operation.properties) {
    const auto property = writer_property(slug, image.seen());
    const Clause* clause = clauses.find(slug);
    if (!property || !clause) return fail("{} is not a property of writing", slug);
    image.judged.properties[slug] = name(property->held);
    const bool obliges = clause->level == Level::must || clause->level == Level::should;
    if (property->held != Held::no || !obliges) continue;
    if (slug == "writer-content") continue;  // look() has told of it, with its bytes
    image.broken("corrupt", fmt::format("[{}] {}", slug, property->detail));
  }
  return {};
}

/// An image without streams says nothing of a case that has some.
Result<void> judge_whether_tried(const Corpus& corpus, const Case& tested, Inspection& image) {
  if (image.number_of_info("compressed_clusters") > 0) return {};
  const auto map = load_guest_map(corpus.guest_map(tested));
  if (!map) return tl::unexpected(map.error());
  const bool wanted = std::any_of(map->extents.begin(), map->extents.end(),
                                  [](const GuestExtent& extent) { return extent.kind == "compressed"; });
  if (wanted && image.judged.untried.empty()) image.judged.untried = "no cluster of the image is compressed";
  return {};
}

Result<void> judge_written(const Bench& bench, const CommandTemplate& words, const Case& tested,
                           const Operation& operation, Inspection& image) {
  const auto looked = image.look({bench.corpus.guest(tested), bench.corpus.lock().at(tested.id).guest.length});
  if (!looked) return tl::unexpected(looked.error());
  if (!*looked) return {};
  Parameters(words, operation.parameters, image).judge();
  if (auto seen = image.look_at_clusters(); !seen) return seen;
  if (auto judged = judge_properties(bench.corpus.clauses(), operation, image); !judged) return judged;
  if (image.judged.faults.empty()) image.judge_corruptions();
  if (const auto leaks = image.number_of_check("leaks"); leaks > 0) image.judged.properties["leaks"] = leaks;
  return judge_whether_tried(bench.corpus, tested, image);
}

}  // namespace

Result<ImageJudgement> judge_image(const Bench& bench, const Implementation& implementation, const Case& tested,
                                   const Operation& operation, const std::filesystem::path& path) {
  const bool writes = operation.op == Op::write;
  Inspection image(bench, implementation.places, path, writes ? "writer-content" : "modify-guest-bytes");
  try {
    const auto judged =
        writes ? judge_written(bench, implementation.commands.at(Op::write).words, tested, operation, image)
               : judge_modified(bench, implementation.places, tested, operation, path, image);
    if (!judged) return tl::unexpected(judged.error());
  } catch (const Json::exception& error) {
    return fail("cannot parse the output of qcow2-model: {}", error.what());
  }
  return std::move(image.judged);
}

}  // namespace conform
