#include "cli/cli.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <thread>

#include "format/descriptor.hpp"

namespace qcow2::cli {

namespace {

constexpr std::uint64_t jobs_max = 256;

}  // namespace

int complain(int code, std::string_view what) {
  std::fflush(stdout);
  std::fputs(fmt::format("qcow2-model: {}\n", printable(what)).c_str(), stderr);
  return code;
}

std::string hex(std::uint64_t number) { return fmt::format("{:#x}", number); }

std::string entry_hex(std::uint64_t l2_entry) { return fmt::format("{:#018x}", l2_entry); }

Json document(std::string_view command) { return {{"schema", fmt::format("qcow2-model/{}/1", command)}}; }

Json where_json(const Where& where) {
  Json json = Json::object();
  if (where.guest_offset) json["guest_offset"] = *where.guest_offset;
  if (where.l1_index) json["l1_index"] = *where.l1_index;
  if (where.l2_index) json["l2_index"] = *where.l2_index;
  if (where.host_offset) json["host_offset"] = *where.host_offset;
  return json;
}

Json violation_json(const Violation& violation) {
  return {{"rule", violation.rule.slug},
          {"stage", name(violation.rule.stage)},
          {"where", where_json(violation.where)},
          {"detail", violation.detail}};
}

int answer(std::string_view command, bool json, const std::function<int()>& action) {
  try {
    return action();
  } catch (const Refusal& refusal) {
    if (json) {
      Json refused = document(command);
      refused["refused"] = violation_json(refusal.violation);
      print(refused);
    }
    throw;
  }
}

std::string text(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

void print(const Json& json) { fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace)); }

command_line::StoreNumber store_cluster_bits(unsigned& value) {
  return [&value](std::uint64_t number) {
    if (number < cluster_bits_min || number > cluster_bits_max)
      throw UsageError(fmt::format("--cluster-bits {}: expected {} to {}", number, cluster_bits_min, cluster_bits_max));
    value = static_cast<unsigned>(number);
  };
}

command_line::StoreNumber store_jobs(unsigned& value) {
  value = std::max(1u, std::thread::hardware_concurrency());
  return [&value](std::uint64_t number) {
    if (number == 0) throw UsageError("--jobs 0: expected 1 or more");
    value = static_cast<unsigned>(std::min(number, jobs_max));
  };
}

}  // namespace qcow2::cli
