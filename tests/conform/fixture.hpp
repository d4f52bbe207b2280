// A small corpus of the toy format (faults/toy.sh), made in a folder of its own, and the program that runs on it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/json_file.hpp"
#include "base/work_folder.hpp"

namespace conform::test {

namespace fs = std::filesystem;

/// A folder that goes with this object.
class TempFolder {
 public:
  TempFolder() : work_(WorkFolder::make().value()) {}
  fs::path operator/(const std::string& name) const { return work_.root() / name; }
  const fs::path& path() const { return work_.root(); }

 private:
  WorkFolder work_;
};

/// How many processes have this word among their arguments, by whatever number they know each other.
std::size_t processes_with(const std::string& word);

void write_file(const fs::path& file, std::string_view bytes);
std::string read_file(const fs::path& file);

/// What a toy image of that guest disk is.
std::string toy_image(const std::string& magic, const std::string& guest);

struct ToyCase {
  std::string id;
  std::string magic = "TOY0";
  std::string guest;
  Json operations = Json::array({{{"op", "read"}, {"expect", {{"verdict", "accept"}}}}});
  std::vector<std::string> clauses{"rule-must"};
  Json more = Json::object();  // other keys of the case
  std::string family = "toys";
};

/// Cases accepted ("case" and some text, a megabyte of hole, some text) and refused, each must; more by add().
class ToyCorpus {
 public:
  ToyCorpus();
  ToyCorpus(const ToyCorpus&) = delete;

  void add(const ToyCase& toy);
  const fs::path& path() const { return folder_.path(); }
  Json& lock() { return lock_; }
  void write_lock() const;

 private:
  TempFolder folder_;
  Json lock_;
};

/// The guest disk of the case "accepted".
std::string accepted_guest();

struct Ran {
  int exit;
  std::string output;         // standard output and standard error
  std::vector<Json> records;  // the operations of results.jsonl
  Json summary;
  /// The status of a case's first operation.
  std::string status(const std::string& id) const;
};

/// qcow2-conform with these arguments; results go to a folder of their own, unless --out is among them.
Ran run_on(const ToyCorpus& corpus, const std::vector<std::string>& arguments);

/// The command line of one of the faults.
std::string fault(const std::string& name, const std::string& arguments = "{image} {out}");

/// The text as it was before it was wrapped: each run of white space one blank.
std::string unwrapped(const std::string& text);

}  // namespace conform::test
