#include "trial/adapter_check.hpp"

#include <filesystem>

#include "bench/image_copy.hpp"
#include "corpus/guest_map.hpp"
#include "implementation/adapters.hpp"
#include "trial/canary.hpp"

namespace conform {
namespace fs = std::filesystem;
namespace {

using Kind = Finding::Kind;

constexpr std::uint64_t sector_size = 512;
constexpr std::uint64_t between_sectors = 4096;

class Check {
 public:
  Check(const Bench& bench, const Implementation& implementation) : bench_(bench), implementation_(implementation) {}

  std::vector<Finding> run() {
    greeting();
    if (broken_) return std::move(findings_);
    canaries();
    if (!first_.empty()) {
      numbers();
      if (open_max_ > 0) together();
      names();
      missing_image();
    }
    bye();
    end_of_input();
    return std::move(findings_);
  }

 private:
  Adapter adapter() const {
    return {implementation_.adapter->words.fill(implementation_.places), implementation_.adapter->protocol};
  }

  void find(Kind kind, std::string text) {
    broken_ = broken_ || kind == Kind::wrong;
    findings_.push_back({kind, std::move(text)});
  }
  void expect(bool right, const std::string& what, const std::string& otherwise) {
    find(right ? Kind::ok : Kind::wrong, right ? what : what + ": no: " + otherwise);
  }

  void greeting() {
    auto one = adapter();
    const auto greeted = one.greet(bench_.limits);
    if (!greeted.answered()) return find(Kind::wrong, "hello: " + told(greeted));
    std::string operations;
    for (const std::string op : greeted.answer.at("operations")) {
      operations += operations.empty() ? op : ", " + op;
      const bool needs_image_alone = op == "read" || op == "read-range" || op == "map" || op == "check";
      if (first_.empty() && needs_image_alone) first_ = op;
    }
    open_max_ = greeted.answer.value("parallel", std::size_t{0});
    find(Kind::ok, fmt::format("hello: {} {} speaks protocol {}: {}", greeted.answer.at("name").get<std::string>(),
                               greeted.answer.at("version").get<std::string>(), protocol_version, operations));
  }

  void canaries() {
    const auto answers = ask_canaries(bench_, implementation_);
    for (const auto& remark : answers.remarks) find(Kind::remark, remark);
    std::string stopped;
    for (const auto& [op, reason] : answers.stopped)
      stopped += fmt::format("{}{}: {}", stopped.empty() ? "" : "; ", name(op), reason);
    expect(stopped.empty(), "it tells images apart", stopped);
  }

  /// Asks for the first of its operations that needs no more than an image, on one of ours.
  Exchange ask(Adapter& one, const fs::path& image) const {
    const auto output = image.parent_path() / random_name();
    const Operation operation{op_named(first_).value(), 0, 0, 1, {}};
    return one.ask(first_, request_for(operation, image, output), bench_.limits, output);
  }

  /// The plain canary, in a folder of that name.
  Result<fs::path> plain_image(const std::string& folder) const {
    std::error_code error;
    const auto place = bench_.work.root() / random_name() / folder;
    fs::create_directories(place, error);
    if (auto copied = sparse_copy(bench_.corpus.canary("no-holes.qcow2"), place / "image.qcow2"); !copied)
      return tl::unexpected(copied.error());
    return place / "image.qcow2";
  }

  static bool takes(const Exchange& exchange) {
    if (!exchange.answered()) return false;
    const auto answer = answer_of(exchange.answer);
    return answer == Answer::accept || answer == Answer::clean;
  }

  static std::string told_of(const Exchange& exchange) {
    return exchange.answered() ? exchange.answer.dump() : told(exchange);
  }

  void numbers() {
    const auto image = plain_image("numbers");
    if (!image) return find(Kind::wrong, image.error().message);
    auto one = adapter();
    for (int i = 0; i < 3; ++i) {
      const auto exchange = ask(one, *image);
      if (!takes(exchange)) return find(Kind::wrong, "the same image once more: " + told_of(exchange));
      one.skip_numbers(std::uint64_t{1} << 20);
    }
    find(Kind::ok, "each request is answered with its own number");
    const auto said = one.listen(std::chrono::milliseconds(100));
    expect(said.empty(), "nothing is said without a request", said);
  }

  /// A few sectors of each cluster, as many at a time as it takes.
  void together() {
    const auto image = plain_image("together");
    if (!image) return find(Kind::wrong, image.error().message);
    const auto sectors = sectors_of(*image);
    if (!sectors) return find(Kind::wrong, sectors.error().message);
    std::vector<Json> requests;
    for (const auto& sector : *sectors)
      requests.push_back(request_for({Op::read_range, 0, sector.guest_offset, sector.bytes.size(), {}}, *image,
                                     image->parent_path() / random_name()));
    auto one = adapter();
    std::size_t right = 0;
    const auto asked =
        one.ask_together(name(Op::read_range), requests, bench_.limits, [&](std::size_t i, const Json& answer) {
          const auto given = OpenFile::open(requests[i].at("out").get<std::string>());
          std::vector<std::byte> bytes((*sectors)[i].bytes.size());
          if (answer_of(answer) != Answer::accept || !given || given->size() != bytes.size()) return;
          if (given->read_at(0, bytes) && bytes == (*sectors)[i].bytes) ++right;
        });
    expect(asked.exchange.answered() && right == requests.size(),
           fmt::format("{} requests, up to {} of them open at a time, are each answered", requests.size(), open_max_),
           asked.exchange.answered() ? fmt::format("{} were answered rightly", right) : told(asked.exchange));
  }

  struct Sector {
    std::uint64_t guest_offset;
    std::vector<std::byte> bytes;
  };
  Result<std::vector<Sector>> sectors_of(const fs::path& image) const {
    const auto map = load_guest_map(bench_.corpus.canary("no-holes.json"));
    if (!map) return tl::unexpected(map.error());
    const auto file = OpenFile::open(image);
    if (!file) return tl::unexpected(file.error());
    std::vector<Sector> sectors;
    for (const auto& extent : map->extents)
      for (std::uint64_t at = 0; at + sector_size <= extent.length; at += between_sectors) {
        Sector sector{extent.offset + at, std::vector<std::byte>(sector_size)};
        if (auto read = file->read_at(extent.host_offset.value() + at, sector.bytes); !read)
          return tl::unexpected(read.error());
        sectors.push_back(std::move(sector));
      }
    return sectors;
  }

  void names() {
    const auto image = plain_image("it's a \"folder\" \\ with caf\xc3\xa9");
    if (!image) return find(Kind::wrong, image.error().message);
    auto one = adapter();
    const auto exchange = ask(one, *image);
    expect(takes(exchange), "paths with blanks, quotation marks, backslashes and letters beyond ASCII are understood",
           told_of(exchange));
  }

  void missing_image() {
    auto one = adapter();
    const auto exchange = ask(one, bench_.work.root() / "no-such-image.qcow2");
    expect(!takes(exchange) && exchange.fault.empty(), "an image that is not there is not accepted", told_of(exchange));
    if (!one.runs()) find(Kind::remark, "an image that is not there ends the adapter: " + told(exchange));
  }

  void bye() {
    auto one = adapter();
    one.greet(bench_.limits);
    const auto exchange = one.end(true);
    const auto& process = exchange.process;
    expect(process.ending == Ending::exited && process.exit == 0 && exchange.fault.empty(),
           "it answers bye and ends with exit status 0 within a second",
           process.ending == Ending::exited && exchange.fault.empty() ? fmt::format("exit status {}", process.exit)
                                                                      : told(exchange));
    if (process.left_children) find(Kind::wrong, "bye: it leaves child processes running");
  }

  void end_of_input() {
    auto one = adapter();
    one.greet(bench_.limits);
    const auto exchange = one.end(false);
    expect(exchange.process.ending == Ending::exited, "it ends with its input", told(exchange));
  }

  const Bench& bench_;
  const Implementation& implementation_;
  std::vector<Finding> findings_;
  std::string first_;
  std::size_t open_max_ = 0;  // as it says
  bool broken_ = false;
};

}  // namespace

std::vector<Finding> check_adapter(const Bench& bench, const Implementation& implementation) {
  return Check(bench, implementation).run();
}

}  // namespace conform
