#include "bench/time_spent.hpp"

namespace conform {

const char* name(Work work) {
  switch (work) {
    case Work::copying: return "copying";
    case Work::hashing: return "hashing";
    case Work::judging: return "judging";
  }
  return "?";
}

std::map<std::string, double> Spent::seconds() const {
  std::map<std::string, double> all;
  for (Work work : works) all[name(work)] = static_cast<double>(nanoseconds_.at(static_cast<std::size_t>(work))) / 1e9;
  return all;
}

}  // namespace conform
