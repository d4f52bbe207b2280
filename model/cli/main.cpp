// qcow2-model: the reference model as a program. Every command is a file of its own; only this folder does I/O.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>
#include <system_error>

#include "cli.hpp"

namespace {

using namespace qcow2::cli;

/// Output that was lost is not success.
int flushed(int code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  return complain(exit_code::usage, fmt::format("cannot write: {}", std::strerror(errno)));
}

int run(int argc, char** argv) {
  CLI::App program{"A reference model of compressed clusters in qcow2 images.", "qcow2-model"};
  program.set_version_flag("--version", std::string("qcow2-model ") + QCOW2_CONFORM_VERSION);
  program.require_subcommand(1);
  Action chosen;
  for (const AddCommand add :
       {add_decode, add_encode, add_info, add_map, add_read, add_explain, add_check, add_write}) {
    add(program, chosen);
  }
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) return complain(exit_code::usage, fmt::format("{} (see --help)", error.what()));
    return flushed(program.exit(error));  // --help, --version
  }
  return flushed(chosen());
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of writing: one line, exit 2
  try {
    return run(argc, argv);
  } catch (const Refusal& refusal) {
    return complain(exit_code::violation, refusal.what());
  } catch (const UsageError& error) {
    return complain(exit_code::usage, error.what());
  } catch (const std::system_error& error) {
    return complain(exit_code::usage, error.what());
  } catch (const std::bad_alloc&) {
    return complain(exit_code::usage, "out of memory");
  }
}
