#include "report/page/trace.hpp"

#include <unistd.h>

#include <fstream>

#include "base/work_folder.hpp"
#include "process/process.hpp"

namespace conform::report {

Data model_trace(const std::filesystem::path& model, const std::filesystem::path& image, std::uint64_t guest_offset,
                 const std::filesystem::path& scratch) {
  if (::access(model.c_str(), X_OK) != 0) return nullptr;
  const auto out = scratch / (random_name() + ".json");
  const auto offset = std::to_string(guest_offset);
  const auto done =
      run_process({{model.string(), "explain", image.string(), "--guest-offset", offset, "--json"}, out, {}, {}});
  std::ifstream stream(out, std::ios::binary);
  const auto told = Data::parse(stream, nullptr, false);
  if (told.is_object() && told.contains("steps")) return told["steps"];
  return Data::array({{{"title", "opening the image"}, {"violation", first_line(done)}}});
}

}  // namespace conform::report
