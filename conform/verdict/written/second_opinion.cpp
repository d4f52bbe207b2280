#include "verdict/written/second_opinion.hpp"

#include "implementation/implementation.hpp"
#include "implementation/introduction.hpp"
#include "process/process.hpp"

namespace conform {
namespace fs = std::filesystem;
namespace {

ProcessReport ask(const Bench& bench, std::vector<std::string> words) {
  ProcessRequest request{{"qemu-img"}, std::nullopt, bench.limits};
  request.argv.insert(request.argv.end(), words.begin(), words.end());
  return run_process(request);
}

std::string ask_check(const Bench& bench, const fs::path& image) {
  const auto report = ask(bench, {"check", "-f", "qcow2", image.string()});
  if (report.ending != Ending::exited) return "no answer";
  switch (report.exit) {
    case 0: return "clean";
    case 2: return "corrupt";
    case 3: return "leaks";
    default: return "refused";
  }
}

std::string ask_read(const Bench& bench, const fs::path& image, const CompareDisk& compare) {
  const fs::path disk = bench.work.root() / random_name();
  const auto report = ask(bench, {"convert", "-f", "qcow2", "-O", "raw", image.string(), disk.string()});
  std::string answer = report.ending != Ending::exited ? "no answer" : report.exit != 0 ? "refused" : "";
  if (answer.empty()) {
    const auto differs = compare(disk);
    answer = !differs ? "no answer" : *differs ? "other-bytes" : "equal";
  }
  std::error_code ignored;
  fs::remove(disk, ignored);
  return answer;
}

}  // namespace

std::optional<SecondOpinion> ask_qemu_img(const Bench& bench, const fs::path& image, const CompareDisk& compare) {
  if (!bench.asks_qemu_img || !find_program("qemu-img")) return std::nullopt;
  return SecondOpinion{ask_check(bench, image), ask_read(bench, image, compare)};
}

}  // namespace conform
