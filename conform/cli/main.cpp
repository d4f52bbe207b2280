// qcow2-conform: judges readers and checkers of qcow2 images by the cases of the corpus.

#include <csignal>
#include <cstdio>
#include <exception>

#include "cli/session.hpp"

namespace {

using namespace conform::cli;

int dispatch(int argc, char** argv) {
  Session session = Session::here(argc, argv);
  Program program("qcow2-conform", "qcow2-conform " QCOW2_CONFORM_VERSION,
                  "Tests programs that read, check, write, change or serve qcow2 images");
  program.take_options_anywhere();
  Command& root = program.root();
  root.option("--corpus", session.corpus, "DIR", "The corpus");
  root.option("--implementations", session.implementations, "DIR", "The folder of implementations");
  for (const auto add : {add_run, add_list, add_show, add_clauses, add_doctor, add_corpus, add_evidence, add_known,
                         add_compare, add_adapter, add_report, add_repro, add_selftest})
    add(root, session);
  return program.run(argc, argv);
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // under a limit of file size our own writes fail, and are told
  try {
    return dispatch(argc, argv);
  } catch (const command_line::Error& error) {
    return usage_error({error.what()});
  } catch (const std::exception& error) {
    fmt::print(stderr, "qcow2-conform: {}\n", error.what());
    return exit_harness;
  }
}
