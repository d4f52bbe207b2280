// qcow2-conform corpus: export copies it, holes kept and files unpacked where they can be, and adds the plain index;
// verify holds every image and guest disk to the lock.

#include <cstdio>
#include <fstream>

#include "bench/image_copy.hpp"
#include "cli/session.hpp"
#include "corpus/plain_index.hpp"
#include "corpus/unpacked.hpp"

namespace conform::cli {
namespace {

namespace fs = std::filesystem;

/// Each file or folder of the corpus that a user of it needs.
constexpr const char* parts[] = {"cases",  "schema.json", "clauses.json", "lock.json", "quick.json",
                                 "images", "guest",       "layout",       "canary"};

/// What only some corpora have.
constexpr const char* more_parts[] = {"INTERPRETING.md"};

Result<std::size_t> copy_tree(const fs::path& source, const fs::path& target) {
  std::error_code error;
  if (fs::is_regular_file(source, error)) {
    const auto name = packed_name(source);
    if (!name.empty() && unpack(source, target.parent_path() / name)) return 1;
    if (auto copied = sparse_copy(source, target); !copied) return tl::unexpected(copied.error());
    return 1;
  }
  if (!fs::is_directory(source, error)) return fail("{}: not in the corpus", source.string());
  if (!fs::create_directory(target, error)) return fail("{}: {}", target.string(), error.message());
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(source)) {
    const auto copied = copy_tree(entry.path(), target / entry.path().filename());
    if (!copied) return copied;
    files += *copied;
  }
  return files;
}

int export_command(const fs::path& target, const Session& session) {
  const auto corpus = session.load_corpus();
  if (!corpus) return usage_error(corpus.error());
  std::error_code error;
  if (fs::exists(target, error) && !fs::is_empty(target, error))
    return usage_error({target.string() + ": not an empty folder"});
  fs::create_directories(target, error);
  if (error) return usage_error({target.string() + ": " + error.message()});
  std::size_t files = 0;
  std::vector<std::string> wanted(std::begin(parts), std::end(parts));
  for (const char* part : more_parts)
    if (fs::exists(corpus->folder() / part)) wanted.emplace_back(part);
  for (const auto& part : wanted) {
    const auto copied = copy_tree(corpus->folder() / part, target / part);
    if (!copied) return usage_error(copied.error());
    files += *copied;
  }
  const auto exported = Corpus::load(target);
  if (!exported) return usage_error(exported.error());
  const auto index = target / "index.tsv";
  if (!(std::ofstream(index) << plain_index(*exported)).flush())
    return usage_error({index.string() + ": cannot be written"});
  fmt::print("{} cases, {} files\n", corpus->cases().size(), files + 1);
  return exit_ok;
}

int verify_command(const std::string& folder) {
  const auto corpus = Corpus::load(folder);
  if (!corpus) return usage_error(corpus.error());
  std::size_t bad = 0;
  const auto complain = [&](const std::string& id, const std::string& what) {
    fmt::print("{}: {}\n", id, what);
    ++bad;
  };
  for (const auto& one : corpus->cases())
    if (const auto& absence = corpus->absence(one); !absence.empty()) fmt::print("{}: no image: {}\n", one.id, absence);
  for (const auto& one : corpus->cases())
    for (const auto& mismatch : lock_mismatches(*corpus, one)) complain(one.id, mismatch);
  for (const auto& [id, entry] : corpus->lock())
    if (!corpus->find(id)) complain(id, "in the lock, but there is no such case");
  fmt::print("{} cases, {} mismatches\n", corpus->cases().size(), bad);
  return bad == 0 ? exit_ok : exit_lock;
}

}  // namespace

void add_corpus(Command& program, const Session& session) {
  auto corpus = program.command("corpus", "Copy or verify the corpus");
  auto target = std::make_shared<std::string>();
  corpus.command("export", "Copy the corpus to DIR")
      .argument("dir", *target, "A new or empty folder")
      .run([target, &session] { return export_command(*target, session); });
  auto folder = std::make_shared<std::string>();
  corpus.command("verify", "Check every image against the lock; exit status 5 if one differs")
      .optional_argument("dir", *folder, "Another corpus than --corpus")
      .run([folder, &session] { return verify_command(folder->empty() ? session.corpus : *folder); });
}

}  // namespace conform::cli
