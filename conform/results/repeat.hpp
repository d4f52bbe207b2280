// One case tried several times: an implementation whose answers differ is flaky, whatever the answers are.
#pragma once

#include <vector>

#include "results/record.hpp"

namespace conform {

/// Of each operation one record; `attempts` is not empty, and each has the records of the same operations. Where
/// answers (the status, the choice, the bytes) differ it is the worst of them, as flaky. Our own failure in one is that
/// of all.
std::vector<Record> reconcile(std::vector<std::vector<Record>> attempts);

}  // namespace conform
