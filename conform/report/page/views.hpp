// For each case the guest clusters that its results are about, each with the image's bytes and the model's way to it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "corpus/layout.hpp"
#include "report/failure/sources.hpp"
#include "report/page/trace.hpp"
#include "results/record.hpp"

namespace conform::report {

/// As the page takes offsets: it reads no more than 53 bits of a number.
std::string hex(std::uint64_t value);

class Views {
 public:
  explicit Views(const Sources& sources) : sources_(sources) {}

  /// The number of the view that shows what the record is about, among those of its case; made where it is new.
  std::size_t view_of(const Case& tested, const Record& record);
  /// All views of a case; the first shows the cluster that the case is about. The model's way is in them from trace()
  /// on.
  Data views_of(const Case& tested);
  /// Asks the model its way to all clusters of all views.
  void trace();

 private:
  struct Known {
    std::optional<Layout> layout;
    std::vector<std::uint64_t> guest_offsets;
    Data views = Data::array();
  };
  Known& known(const Case& tested);
  std::size_t view(const Case& tested, Known& known, const LayoutEntry* entry, std::uint64_t guest_offset);

  const Sources& sources_;
  std::map<std::string, Known> known_;
};

}  // namespace conform::report
