// Folders that go, whatever was left in them, and whoever left it.
#include "base/work_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <csignal>

#include "fixture.hpp"

namespace conform {
namespace {

namespace fs = std::filesystem;

TEST_CASE("a folder goes with folders that nobody may enter") {
  const test::TempFolder folder;
  test::write_file(folder / "tree/a/b/file", "content");
  fs::permissions(folder / "tree/a/b", fs::perms::none);
  fs::permissions(folder / "tree/a", fs::perms::none);
  fs::permissions(folder / "tree", fs::perms::none);
  remove_tree(folder / "tree");
  CHECK(!fs::exists(folder / "tree"));
}

TEST_CASE("a folder goes, however deep it is") {
  const test::TempFolder folder;
  const auto root = folder / "tree";
  fs::create_directory(root);
  FileDescriptor place(::open(root.c_str(), O_RDONLY | O_DIRECTORY));
  for (int depth = 0; depth < 3000; ++depth) {
    REQUIRE(::mkdirat(place.get(), "a-folder", 0700) == 0);
    place = FileDescriptor(::openat(place.get(), "a-folder", O_RDONLY | O_DIRECTORY));
  }
  remove_tree(root);
  CHECK(!fs::exists(root));
}

TEST_CASE("links go, and what they lead to stays") {
  const test::TempFolder folder;
  test::write_file(folder / "kept/file", "content");
  fs::create_directory(folder / "tree");
  fs::create_symlink(folder / "kept", folder / "tree/link");
  fs::permissions(folder / "kept", fs::perms::owner_read | fs::perms::owner_exec);
  remove_tree(folder / "tree");
  CHECK(!fs::exists(folder / "tree"));
  CHECK(test::read_file(folder / "kept/file") == "content");
  CHECK(fs::status(folder / "kept").permissions() == (fs::perms::owner_read | fs::perms::owner_exec));
}

TEST_CASE("a file goes too, and nothing is no error") {
  const test::TempFolder folder;
  test::write_file(folder / "file", "content");
  remove_tree(folder / "file");
  remove_tree(folder / "file");
  CHECK(!fs::exists(folder / "file"));
}

TEST_CASE("a killed run's folder goes when the next is made, and a living one's stays") {
  auto tell = Pipe::make(0).value();
  const pid_t run = ::fork();
  if (run == 0) {
    const auto folder = WorkFolder::make().value();
    ::chmod(folder.root().c_str(), 0);
    const auto& name = folder.root().native();
    [[maybe_unused]] const auto written = ::write(tell.write.get(), name.data(), name.size());
    for (;;) ::pause();
  }
  std::string name(4096, '\0');
  name.resize(static_cast<std::size_t>(::read(tell.read.get(), name.data(), name.size())));
  const auto next = WorkFolder::make().value();
  CHECK(fs::exists(name));
  ::kill(run, SIGKILL);
  ::waitpid(run, nullptr, 0);
  const auto last = WorkFolder::make().value();
  CHECK(!fs::exists(name));
  CHECK(fs::exists(next.root()));
}

}  // namespace
}  // namespace conform
