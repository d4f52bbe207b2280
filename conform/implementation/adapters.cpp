#include "implementation/adapters.hpp"

#include <algorithm>
#include <cassert>

namespace conform {
namespace {

/// Holds on to the program, so that its address stands for it and for no other.
using Kept = std::map<std::shared_ptr<const AdapterProgram>, Adapter>;

}  // namespace

Adapter& adapter_of(const Implementation& implementation) {
  // An adapter ends when the thread ends that started it (see launch()), so that no other thread could use it anyway.
  thread_local Kept kept;
  const auto& program = implementation.adapter;
  assert(program);
  const auto found = kept.find(program);
  if (found != kept.end()) return found->second;
  return kept.emplace(program, Adapter(program->words.fill(implementation.places), program->protocol)).first->second;
}

Json request_for(const Operation& operation, const std::filesystem::path& image, const std::filesystem::path& output) {
  Json request{{"image", image.string()}};
  if (operation.op != Op::check && operation.op != Op::repair && operation.op != Op::modify)
    request["out"] = output.string();
  if (operation.op == Op::read_range) {
    request["offset"] = operation.offset;
    request["length"] = operation.length;
  }
  if (operation.op == Op::read_snapshot) request["snapshot"] = operation.snapshot;
  if (operation.op == Op::modify) request["steps"] = operation.steps;
  return request;
}

Answer answer_of(const Json& answer) {
  constexpr Answer answers[] = {Answer::accept, Answer::reject,  Answer::clean,
                                Answer::leaks,  Answer::corrupt, Answer::unsupported};
  const auto& word = answer.at("answer").get_ref<const std::string&>();
  const auto found =
      std::find_if(std::begin(answers), std::end(answers), [&](Answer one) { return name(one) == word; });
  assert(found != std::end(answers));  // the schema has no other word
  return *found;
}

std::vector<FaultPlace> found_by(const Json& answer) {
  std::vector<FaultPlace> places;
  const auto offset_at = [](const Json& place, const char* key) {
    return place.contains(key) ? std::optional(place[key].get<std::uint64_t>()) : std::nullopt;
  };
  for (const auto& place : answer.value("found", Json::array()))
    places.push_back({offset_at(place, "host_offset"), offset_at(place, "guest_offset")});
  return places;
}

}  // namespace conform
