// qcow2-model: the reference model as a program. Every command is a file of its own; only this folder does I/O.
#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>

#include "cli/cli.hpp"

namespace {

using namespace qcow2::cli;
using qcow2::ClosedPipe;
using qcow2::Refusal;

/// Output that was lost is not success.
int flushed(int code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  if (errno == EPIPE) throw ClosedPipe();
  return complain(exit_code::usage, fmt::format("cannot write: {}", std::strerror(errno)));
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of writing
  try {
    return flushed(run_program(argc, argv));
  } catch (const Refusal& refusal) {
    return complain(exit_code::violation, refusal.what());
  } catch (const ClosedPipe&) {
    return exit_code::usage;
  } catch (const std::bad_alloc&) {
    return complain(exit_code::usage, "out of memory");
  } catch (const std::exception& error) {
    return complain(exit_code::usage, error.what());
  } catch (...) {
    return complain(exit_code::usage, "unknown error");
  }
}
