// qcow2-conform: judges readers and checkers of qcow2 images by the cases of the corpus.

#include <csignal>
#include <cstdio>
#include <exception>

#include "cli/session.hpp"

namespace {

using namespace conform::cli;

/// CLI11's message in one line.
int parse_error(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return app.exit(error);
  return usage_error({error.what()});
}

int dispatch(int argc, char** argv) {
  Session session = Session::here(argc, argv);
  Chosen chosen;
  CLI::App app("Judges readers and checkers of qcow2 images", "qcow2-conform");
  app.set_version_flag("--version", "qcow2-conform " QCOW2_CONFORM_VERSION);
  app.add_option("--corpus", session.corpus, "The corpus")->type_name("DIR")->capture_default_str();
  app.add_option("--implementations", session.implementations, "Where implementations are described")
      ->type_name("DIR")
      ->capture_default_str();
  app.require_subcommand(1);
  app.fallthrough();
  add_run(app, session, chosen);
  add_list(app, session, chosen);
  add_show(app, session, chosen);
  add_clauses(app, session, chosen);
  add_doctor(app, session, chosen);
  add_corpus(app, session, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return parse_error(app, error);
  }
  return chosen();
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // under a limit of file size our own writes fail, and are told
  try {
    return dispatch(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "qcow2-conform: {}\n", error.what());
    return exit_harness;
  }
}
