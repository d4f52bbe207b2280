// Programs that behave, and programs that do not.
#include "process/process.hpp"

#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <thread>

#include "fixture.hpp"
#include "process/isolation.hpp"

namespace conform {
namespace {

using namespace std::chrono_literals;

ProcessReport shell(const std::string& script, ProcessLimits limits = {}, const std::string& argument = "",
                    const std::string& second = "") {
  return run_process({{"/bin/sh", "-c", script, "sh", argument, second}, std::nullopt, limits});
}

/// A program that sleeps, and that no other test has.
std::string sleeper() { return random_name(); }

TEST_CASE("a program's exit status and first messages are reported") {
  const auto report = shell("echo out; echo err >&2; exit 7");
  CHECK(report.ending == Ending::exited);
  CHECK(report.exit == 7);
  CHECK(report.messages == "out\nerr\n");
  CHECK(first_line(report) == "out");
  CHECK(report.duration > 0us);
  CHECK(report.duration < 10s);
  CHECK(report.peak_memory > 0);
}

TEST_CASE("its first line is fit for a terminal") {
  ProcessReport report;
  report.messages = "\n\n  \033[31mred\rmore";
  CHECK(first_line(report) == "\xef\xbf\xbd[31mred");
  report.messages = "";
  CHECK(first_line(report).empty());
}

TEST_CASE("standard output can go to a file") {
  const test::TempFolder folder;
  const auto report = run_process({{"/bin/sh", "-c", "echo data; echo message >&2"}, folder / "out", {}});
  CHECK(test::read_file(folder / "out") == "data\n");
  CHECK(report.messages == "message\n");
}

TEST_CASE("a program runs where it is told to") {
  const test::TempFolder folder;
  const auto canonical = test::fs::canonical(folder.path()).string();
  CHECK(run_process({{"pwd"}, std::nullopt, {}, folder.path()}).messages == canonical + "\n");
  CHECK(run_process({{"pwd"}, std::nullopt, {}, folder / "not there"}).ending == Ending::not_started);
}

TEST_CASE("standard input is empty") {
  const auto report = shell("cat; echo end");
  CHECK(report.messages == "end\n");
}

TEST_CASE("a signal is not an exit status") {
  const auto report = shell("kill -SEGV $$");
  CHECK(report.ending == Ending::signalled);
  CHECK(report.signal == SIGSEGV);
}

TEST_CASE("a program that cannot be started is told apart from one that failed") {
  const auto report = run_process({{"/nonexistent/program"}, std::nullopt, {}});
  CHECK(report.ending == Ending::not_started);
  CHECK(report.messages.find("No such file") != std::string::npos);
  CHECK(shell("exit 127").ending == Ending::exited);
}

TEST_CASE("a time-out ends the whole process group, also a child that heeds no SIGTERM") {
  const auto mark = sleeper();
  ProcessLimits limits;
  limits.time = 300ms;
  const auto begin = std::chrono::steady_clock::now();
  const auto report = shell("trap '' TERM; sh -c 'sleep 600; :' $1 & wait; sleep 600", limits, mark);
  CHECK(report.ending == Ending::timed_out);
  CHECK(std::chrono::steady_clock::now() - begin < 10s);
  CHECK(test::processes_with(mark) == 0);
}

TEST_CASE("SIGTERM comes first, so that a program can put things in order") {
  ProcessLimits limits;
  limits.time = 300ms;
  const auto report = shell("trap 'echo in order; exit 0' TERM; while :; do sleep 0.05; done", limits);
  CHECK(report.ending == Ending::timed_out);
  CHECK(report.messages.find("in order") != std::string::npos);
}

TEST_CASE("a child left behind is ended with its program, whose answer stands") {
  const auto mark = sleeper();
  const auto report = shell("sh -c 'sleep 600; :' $1 & exit 3", {}, mark);
  CHECK(report.ending == Ending::exited);
  CHECK(report.exit == 3);
  CHECK(report.left_children);
  CHECK(test::processes_with(mark) == 0);
  CHECK(!shell("true").left_children);
}

TEST_CASE("so is one that left the process group, and its session") {
  const test::TempFolder folder;
  const auto mark = sleeper();
  const auto report =
      shell("setsid sh -c ': >$2; sleep 600' $1 $1 $2 & while ! [ -e $2 ]; do :; done", {}, mark, folder / "up");
  CHECK(report.ending == Ending::exited);
  CHECK(report.left_children);
  CHECK(test::processes_with(mark) == 0);
}

TEST_CASE("a program that ends its parent is ended") {
  const auto mark = sleeper();
  ProcessLimits limits;
  limits.time = 300ms;
  shell("kill -KILL $PPID; sh -c 'sleep 600; :' $1", limits, mark);
  CHECK(test::processes_with(mark) == 0);
}

TEST_CASE("what a program finds of folders that are hidden from it", "[name-spaces]") {
  if (!isolation().hides_folders()) SKIP("no mount name space here: " << isolation().mounts_obstacle);
  const test::TempFolder folder;
  test::write_file(folder / "secret/file", "content");
  ProcessLimits limits;
  limits.hidden = {folder / "secret"};
  CHECK(shell("ls $1; touch $1/new || echo refused", limits, folder / "secret").messages.ends_with("refused\n"));
  CHECK(shell("ls $1", {}, folder / "secret").messages == "file\n");
  CHECK(test::read_file(folder / "secret/file") == "content");
}

TEST_CASE("a program's temporary files go where it is told") {
  const test::TempFolder folder;
  ProcessLimits limits;
  limits.temporary = folder.path();
  CHECK(shell("echo $TMPDIR", limits).messages == folder.path().string() + "\n");
}

TEST_CASE("a flood of messages is read and dropped") {
  const auto report = shell("yes message | head -c 20000000 >&2");
  CHECK(report.ending == Ending::exited);
  CHECK(report.exit == 0);
  CHECK(report.messages.size() == 4096);
}

TEST_CASE("a file that grows beyond its limit ends its writer") {
  const test::TempFolder folder;
  ProcessLimits limits;
  limits.file_size = 1 << 20;
  const auto report = run_process({{"yes"}, folder / "out", limits});
  CHECK(report.ending == Ending::over_output);
  CHECK(test::fs::file_size(folder / "out") == limits.file_size);
}

TEST_CASE("a program that takes too much memory is ended") {
  ProcessLimits limits;
  limits.memory = 64 << 20;
  const auto report = run_process({{"python3", "-c", "import time; x = bytearray(200 << 20); time.sleep(60)"},  //
                                   std::nullopt,
                                   limits});
  CHECK(report.ending == Ending::over_memory);
  CHECK(report.peak_memory > limits.memory);
}

TEST_CASE("many programs at a time are kept apart") {
  std::vector<std::jthread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([i, &right] {
      for (int j = 0; j < 20; ++j) {
        const int exit = i * 20 + j;
        right += shell("exit $1", {}, std::to_string(exit)).exit == exit;
      }
    });
  threads.clear();
  CHECK(right == 160);
}

}  // namespace
}  // namespace conform
