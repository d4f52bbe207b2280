// Starts one program that may be hostile, below a keeper that lets nothing of it stay.
#pragma once

#include <sys/types.h>

#include "base/open_file.hpp"
#include "base/result.hpp"
#include "process/launch_request.hpp"

namespace conform {

struct Launched {
  pid_t keeper;            // our child; the program is its first
  FileDescriptor account;  // keeper.hpp
};

/// It ends when the thread that started it ends. The error says why it could not be started; nothing is left then.
Result<Launched> launch(const Launch& request);

}  // namespace conform
