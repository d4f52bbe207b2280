// qcow2-conform show CASE: all that is known about one case.

#include <cstdio>

#include "cli/session.hpp"
#include "corpus/guest_map.hpp"
#include "report/failure/annotate.hpp"
#include "report/failure/hex_dump.hpp"

namespace conform::cli {
namespace {

void field(const char* name, const std::string& value) {
  if (!value.empty()) fmt::print("{:<12} {}\n", name, value);
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

void show_operations(const Case& one) {
  for (const auto& operation : one.operations) {
    const std::string range = operation.op == Op::read_range
                                  ? fmt::format(" {:#x}+{:#x}", operation.offset, operation.length)
                                  : std::string();
    field("operation", fmt::format("{}{}: {}", name(operation.op), range, operation.expect.text.dump()));
  }
}

void show_files(const Corpus& corpus, const Case& one) {
  field("case file", corpus.case_file(one).string());
  field("image", corpus.image(one).string());
  for (const auto& file : one.siblings) field("beside it", corpus.sibling(one, file).string());
  const auto locked = corpus.lock().find(one.id);
  if (locked == corpus.lock().end()) return;
  field("", "");
  field("image size", fmt::format("{} bytes, digest {}", locked->second.image.length, locked->second.image.sha256));
  field("guest disk", fmt::format("{} bytes, sha256 {}", locked->second.guest.length, locked->second.guest.sha256));
}

void show_map(const Corpus& corpus, const Case& one) {
  const auto map = load_guest_map(corpus.guest_map(one));
  if (!map) return;
  for (const auto& extent : map->extents)
    field("guest", fmt::format("{:#x}..{:#x} {}{}", extent.offset, extent.end(), extent.kind,
                               extent.host_offset ? fmt::format(", host_offset {:#x}", *extent.host_offset) : ""));
}

/// The bytes on the way to the guest cluster that the case is about.
void show_bytes(const Corpus& corpus, const Case& one) {
  const auto layout = load_layout(corpus.layout(one));
  const auto image = OpenFile::open(corpus.image(one));
  if (!layout || !image) return;
  if (const auto regions = report::annotate(*image, *layout, entry_of_concern(*layout, one.delta)))
    fmt::print("\n{}", report::hex_dump(*regions));
}

int show_command(const std::string& id, const Session& session) {
  const auto corpus = session.load_corpus();
  if (!corpus) return usage_error(corpus.error());
  const auto found = case_named(*corpus, id);
  if (!found) return usage_error(found.error());
  const Case* one = *found;
  fmt::print("{}/{}, rev {}, {}\n{}\n\n", one->family, one->id, one->rev, name(one->level), one->title);
  field("withdrawn", one->withdrawn);
  field("why", one->why);
  field("could leak", one->leak);
  for (const auto& slug : one->clauses)
    if (const Clause* clause = corpus->clauses().find(slug)) {
      field("clause", fmt::format("[{}, {}] {}", slug, name(clause->level), clause->sentence));
      field("", clause->ground);
    }
  field("twin", one->baseline.empty() ? "" : one->baseline + "; here " + one->delta);
  field("choice group", one->choice_group);
  field("features", joined(one->features));
  if (one->max_file_size) field("needs", fmt::format("files of {:#x} bytes", *one->max_file_size));
  show_operations(*one);
  show_files(*corpus, *one);
  show_map(*corpus, *one);
  show_bytes(*corpus, *one);
  return exit_ok;
}

}  // namespace

void add_show(Command& program, const Session& session) {
  auto id = std::make_shared<std::string>();
  program.command("show", "Show one case").argument("case", *id, "Its id").run([id, &session] {
    return show_command(*id, session);
  });
}

}  // namespace conform::cli
