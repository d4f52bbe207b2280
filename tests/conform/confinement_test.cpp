// What holds the programs under test: no network but their own loopback, and limits on all of their processes.
#include "process/confinement.hpp"

#include <unistd.h>

#include <catch2/catch_test_macros.hpp>

#include "fixture.hpp"
#include "process/group.hpp"
#include "process/isolation.hpp"
#include "process/process.hpp"

namespace conform::test {
namespace {

using namespace std::chrono_literals;

ProcessReport python(const std::string& script, const ProcessLimits& limits = {}) {
  return run_process({{"python3", "-c", script}, std::nullopt, limits});
}

/// Thirty children; how it ended, and none of them is left.
Ending multiply(const std::string& how, const ProcessLimits& limits) {
  const auto mark = random_name();
  const auto script = "for i in $(seq 30); do " + how + "sh -c 'sleep 600; :' $1 & done; wait";
  const auto report = run_process({{"sh", "-c", script, "sh", mark}, std::nullopt, limits});
  CHECK(processes_with(mark) == 0);
  return report.ending;
}

TEST_CASE("a program reaches no network, and can talk to itself", "[name-spaces]") {
  if (!isolation().network_obstacle.empty()) SKIP("no network name space here: " << isolation().network_obstacle);
  const auto out = python(
      "import socket\n"
      "try: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 9))\n"
      "except OSError: print('unreachable')\n"
      "server = socket.create_server(('127.0.0.1', 0))\n"
      "socket.create_connection(server.getsockname()).sendall(b'hello')\n"
      "print(server.accept()[0].recv(5).decode())");
  CHECK(out.messages == "unreachable\nhello\n");
}

TEST_CASE("a program is who it is, and reads what it may") {
  const TempFolder folder;
  write_file(folder / "file", "content");
  const auto out = run_process({{"sh", "-c", "id -u; cat \"$1\"", "sh", (folder / "file").string()}, std::nullopt, {}});
  CHECK(out.messages == std::to_string(::geteuid()) + "\ncontent");
}

TEST_CASE("a program with too many processes is ended with all of them") {
  ProcessLimits limits;
  limits.processes = 20;
  CHECK(multiply("", limits) == Ending::over_processes);
}

TEST_CASE("processes that leave the group are counted, and ended with it") {
  ProcessLimits limits;
  limits.processes = 10;
  CHECK(multiply("setsid ", limits) == Ending::over_processes);
}

TEST_CASE("the memory of a child is watched too") {
  ProcessLimits limits;
  limits.memory = 64 << 20;
  const auto report =
      run_process({{"sh", "-c", "python3 -c 'import time; x = bytearray(200 << 20); time.sleep(60)'; exit 0"},
                   std::nullopt,
                   limits});
  CHECK(report.ending == Ending::over_memory);
}

TEST_CASE("a run tells what held") {
  const ToyCorpus corpus;
  const auto ran = run_on(corpus, {"run", "--read-cmd", fault("honest")});
  const auto here = confinement_here();
  CHECK(ran.summary["confinement"].size() >= 6);
  CHECK(ran.summary["unconfined"].size() == here.not_held.size());
  CHECK(ran.output.find("confined: own process group, time limited") != std::string::npos);
  CHECK(confinement_text({"a", "b"}, {}) == "confined: a, b");
  CHECK(confinement_text({"a"}, {"network (why)"}) == "confined: a; not: network (why)");
}

}  // namespace
}  // namespace conform::test
