// The program: its commands, each a file of its own.
#include <fmt/format.h>

#include "cli/cli.hpp"

namespace qcow2::cli {

int run_program(int argc, char** argv) {
  Program program("qcow2-model", fmt::format("qcow2-model {}", QCOW2_CONFORM_VERSION),
                  "Reference model of compressed clusters in qcow2 images", " (see --help)");
  for (const auto add :
       {add_decode, add_encode, add_info, add_map, add_explain, add_read, add_check, add_write, add_modify}) {
    add(program);
  }
  return program.run(argc, argv);
}

}  // namespace qcow2::cli
