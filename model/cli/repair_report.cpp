#include "cli/repair_report.hpp"

#include <fmt/format.h>

namespace qcow2::cli {

namespace {

std::string_view name(Change::Kind kind) {
  switch (kind) {
    case Change::Kind::size_field: return "size field";
    case Change::Kind::refcount: return "refcount";
    case Change::Kind::bit_63: break;
  }
  return "bit 63";
}

std::string line(const Change& change) {
  const std::string more = change.clusters > 1 ? fmt::format(", {} host clusters in a row", change.clusters) : "";
  return fmt::format("  {} at {}{}: {} -> {}", name(change.kind), describe(change.where), more, change.before,
                     change.after);
}

Json json(const Change& change) {
  return {{"kind", name(change.kind)},
          {"where", where_json(change.where)},
          {"clusters", change.clusters},
          {"before", change.before},
          {"after", change.after}};
}

std::uint64_t changes_in_all(const RepairSummary& repair) {
  return repair.lowered + repair.raised + repair.copied_flags;
}

void print_changes(const RepairSummary& repair, bool tried) {
  fmt::print("{}: {} size fields lowered, {} raised; {} refcounts; bit 63 of {} entries{}{}{}\n",
             tried ? "would be repaired" : "repaired", repair.lowered, repair.raised, repair.refcounts,
             repair.copied_flags, repair.new_refcount_table ? "; a new refcount table" : "",
             repair.dirty_cleared ? "; the dirty bit cleared" : "",
             repair.corrupt_cleared ? "; the corrupt bit cleared" : "");
  for (const Change& change : repair.changes) fmt::print("{}\n", line(change));
  if (repair.changes.size() == RepairSummary::changes_max && changes_in_all(repair) > RepairSummary::changes_max) {
    fmt::print("  ... and more\n");
  }
}

}  // namespace

void print_repair(const RepairSummary& repair, const CheckSummary& after, bool tried) {
  if (repair.changed()) {
    print_changes(repair, tried);
  } else {
    fmt::print("{}\n", after.corruptions + after.leaks == 0 ? "nothing to repair" : "nothing was repaired");
  }
  if (repair.leaks_kept > 0) {
    fmt::print(
        "{} leaked host clusters are kept: one of them looks like a lost table, so what it names may be in use\n",
        repair.leaks_kept);
  }
  if (!tried && after.corruptions > 0) fmt::print("{} corruptions cannot be repaired\n", after.corruptions);
}

Json repair_json(const RepairSummary& repair, const CheckSummary& after, bool tried) {
  Json changes = Json::array();
  for (const Change& change : repair.changes) changes.push_back(json(change));
  return {{"dry_run", tried},
          {"size_fields_lowered", repair.lowered},
          {"size_fields_raised", repair.raised},
          {"refcounts", repair.refcounts},
          {"copied_flags", repair.copied_flags},
          {"new_refcount_table", repair.new_refcount_table},
          {"dirty_bit_cleared", repair.dirty_cleared},
          {"corrupt_bit_cleared", repair.corrupt_cleared},
          {"leaks_kept", repair.leaks_kept},
          {"corruptions_left", after.corruptions},
          {"changes", std::move(changes)}};
}

}  // namespace qcow2::cli
