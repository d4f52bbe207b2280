#include "report/repro.hpp"

#include <algorithm>
#include <fstream>

#include "base/shell.hpp"
#include "bench/image_copy.hpp"
#include "report/failure/annotate.hpp"
#include "report/failure/failing_entry.hpp"
#include "report/failure/hex_dump.hpp"
#include "report/failure/wording.hpp"

namespace conform::report {
namespace {

namespace fs = std::filesystem;

bool reads(Op op) { return op == Op::read || op == Op::read_range; }

/// The command of an operation, with the names that the files have in the folder.
std::vector<std::string> command_of(const Reproduction& reproduction, const Operation& operation) {
  Values values = reproduction.implementation.places;
  values["image"] = reproduction.tested.id + ".qcow2";
  values["out"] = "out.raw";
  values["offset"] = std::to_string(operation.offset);
  values["length"] = std::to_string(operation.length);
  return reproduction.implementation.commands.at(operation.op).words.fill(values);
}

bool can_be_asked(const Reproduction& reproduction, const Operation& operation) {
  const auto found = reproduction.implementation.commands.find(operation.op);
  if (found == reproduction.implementation.commands.end() || found->second.by != By::process) return false;
  // What a command of another operation needs is not in this folder; nor can a shell speak with an adapter or a server.
  return reads(operation.op) || operation.op == Op::check;
}

bool accepts(const Operation& operation) {
  return reads(operation.op) && operation.expect.allows(Answer::accept) && !operation.expect.named;
}

std::string script(const Reproduction& reproduction) {
  std::string text =
      "#!/bin/sh\n# The operations of the case, one after the other, with the exit status of each; where data is "
      "expected, it is compared.\n"
      "cd \"$(dirname \"$0\")\" || exit 2\n";
  for (const auto& operation : reproduction.tested.operations) {
    if (!can_be_asked(reproduction, operation)) continue;
    const auto& command = reproduction.implementation.commands.at(operation.op);
    const bool to_output = reads(operation.op) && !command.words.uses("out");
    text += fmt::format(
        "\nrm -f out.raw\necho {}\n{}{}\necho \"exit status $?\"\n",
        shell_line({fmt::format("== {}: expected {}", name(operation.op), operation.expect.text.value("verdict", ""))}),
        shell_line(command_of(reproduction, operation)), to_output ? " >out.raw" : "");
    if (!accepts(operation)) continue;
    if (operation.op == Op::read)
      text += "cmp expected.raw out.raw && echo the data is right\n";
    else
      text += fmt::format("tail -c +{} expected.raw | head -c {} | cmp - out.raw && echo the data is right\n",
                          operation.offset + 1, operation.length);
  }
  return text + "rm -f out.raw\n";
}

std::string what_came(const Reproduction& reproduction) {
  std::string text;
  for (const auto& record : reproduction.records) {
    text += fmt::format("- {}: expected {}; {}", operation_words(record, &reproduction.tested), expected_answer(record),
                        name(record.status));
    if (record.status == Status::not_run) {
      text += fmt::format(" ({})\n", record.detail);
      continue;
    }
    text += fmt::format(", {}{}{}\n", ending_words(record), record.detail.empty() ? "" : "; ", record.detail);
    if (const auto bytes = differing_bytes(record); !bytes.empty()) text += fmt::format("  - {}\n", bytes);
    if (!record.messages.empty()) text += fmt::format("  - it printed: `{}`\n", record.messages);
  }
  return text;
}

std::string commands(const Reproduction& reproduction) {
  std::string text;
  for (const auto& operation : reproduction.tested.operations)
    if (can_be_asked(reproduction, operation)) text += "    " + shell_line(command_of(reproduction, operation)) + "\n";
  return text.empty() ? "" : "In this folder:\n\n" + text + "\n";
}

std::string rules(const Reproduction& reproduction) {
  std::string text;
  for (const auto& slug : reproduction.tested.clauses)
    if (const Clause* clause = reproduction.corpus.clauses().find(slug))
      text += fmt::format("- **{}** ({}): {}\n  {}\n", slug, name(clause->level), clause->sentence, clause->ground);
  return text;
}

std::string bytes_of_image(const Reproduction& reproduction) {
  const auto layout = load_layout(reproduction.corpus.layout(reproduction.tested));
  const auto image = OpenFile::open(reproduction.corpus.image(reproduction.tested));
  if (!layout || !image) return "";
  const auto& [corpus, tested] = std::tie(reproduction.corpus, reproduction.tested);
  const LayoutEntry* entry = entry_of_case(*layout, tested, corpus);
  for (const auto& record : reproduction.records)
    if (record.first_diff) {
      entry = entry_of_failure(*layout, tested, record, corpus);
      break;
    }
  const auto regions = annotate(*image, *layout, entry);
  return regions ? "\n## The bytes of the image\n\n```\n" + hex_dump(*regions) + "```\n" : "";
}

std::string readme(const Reproduction& reproduction) {
  const Case& tested = reproduction.tested;
  std::string text = fmt::format("# {}: {}\n\n{}.\n", reproduction.implementation.name, tested.id, tested.title);
  if (!tested.baseline.empty())
    text +=
        fmt::format("The image is as that of `{}`, which is valid, but for this: {}.\n", tested.baseline, tested.delta);
  text += fmt::format(
      "\n{}\n\n## What was tried\n\n{}{}\n\n{}`sh reproduce.sh` does it again, and "
      "compares the data. qcow2-conform made this folder with:\n\n    {}\n\n{}",
      tested.why, reproduction.implementation.name, reproduction.version.empty() ? "" : ": " + reproduction.version,
      commands(reproduction), reproduction.command, what_came(reproduction));
  text += fmt::format("\n## What is expected, and why\n\n{}", rules(reproduction));
  text += bytes_of_image(reproduction);
  return text + fmt::format("\nCase `{}/{}`, rev {}, of qcow2-conform.\n", tested.family, tested.id, tested.rev);
}

Result<void> put(const fs::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (!out) return fail("{}: cannot be written", file.string());
  return {};
}

Result<void> copy_files(const Reproduction& reproduction, const fs::path& folder) {
  if (auto copied =
          sparse_copy(reproduction.corpus.image(reproduction.tested), folder / (reproduction.tested.id + ".qcow2"));
      !copied)
    return copied;
  for (const auto& file : reproduction.tested.siblings)
    if (auto copied = sparse_copy(reproduction.corpus.sibling(reproduction.tested, file), folder / file); !copied)
      return copied;
  const auto& operations = reproduction.tested.operations;
  const bool compares = std::any_of(operations.begin(), operations.end(), [&](const Operation& operation) {
    return can_be_asked(reproduction, operation) && accepts(operation);
  });
  if (!compares) return {};
  return sparse_copy(reproduction.corpus.guest(reproduction.tested), folder / "expected.raw");
}

}  // namespace

Result<void> write_repro(const Reproduction& reproduction, const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder, error) && !fs::is_empty(folder, error))
    return fail("{}: not an empty folder", folder.string());
  fs::create_directories(folder, error);
  if (error) return fail("{}: {}", folder.string(), error.message());
  if (auto copied = copy_files(reproduction, folder); !copied) return copied;
  if (auto written = put(folder / "reproduce.sh", script(reproduction)); !written) return written;
  return put(folder / "README.md", readme(reproduction));
}

}  // namespace conform::report
