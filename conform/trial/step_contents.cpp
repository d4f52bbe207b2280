#include "trial/step_contents.hpp"

#include "corpus/operation_disks.hpp"

namespace conform {

Result<Json> steps_with_files(const Corpus& corpus, const Case& tested, const Operation& operation,
                              const ImageCopy& copy) {
  Json steps = operation.steps;
  for (const auto& content : operation_disks(corpus.lock().at(tested.id), operation, content_disk)) {
    const auto file = copy.fresh_path().string() + ".raw";
    if (auto copied = sparse_copy(corpus.guest(tested, "after-" + content.key), file); !copied)
      return tl::unexpected(copied.error());
    Json& step = steps.at(std::stoul(content.name)).front();
    step.erase("content");
    step["file"] = file;
  }
  return steps;
}

}  // namespace conform
