#include "results/results.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <tuple>

#include "base/printable.hpp"

namespace conform {
namespace {

constexpr int schema_version = 1;

Json to_json(const std::map<Op, std::string>& stopped) {
  Json text = Json::object();
  for (const auto& [op, reason] : stopped) text[std::string(name(op))] = reason;
  return text;
}

Json to_json(const ImplementationInfo& info) {
  return {{"name", info.name},         {"version", info.version},
          {"features", info.features}, {"absent", info.absent},
          {"canary", info.canary},     {"remarks", info.remarks},
          {"commands", info.commands}, {"arguments", info.arguments},
          {"program", info.program},   {"stopped", to_json(info.stopped)}};
}

Json to_json(const Shard& shard) {
  if (!shard.is_part()) return nullptr;
  return {{"index", shard.index}, {"count", shard.count}};
}

std::map<Op, std::string> stopped_from_json(const Json& text) {
  std::map<Op, std::string> stopped;
  for (const auto& [op, reason] : text.items())
    if (const auto known = op_named(op)) stopped[*known] = reason;
  return stopped;
}

Header header_from_json(const Json& line) {
  Header header{
      .suite = line.at("suite"),
      .corpus_digest = line.at("corpus_digest"),
      .implementations = {},
      .argv = line.at("argv").get<std::vector<std::string>>(),
      .confinement = line.at("confinement").get<std::vector<std::string>>(),
      .unconfined = line.value("unconfined", std::vector<std::string>{}),
      .selection = line.value("selection", ""),
      .shard = {},
      .known = line.value("known", ""),
  };
  if (const auto shard = line.find("shard"); shard != line.end() && !shard->is_null())
    header.shard = {shard->at("index"), shard->at("count")};
  for (const auto& text : line.at("implementations"))
    header.implementations.push_back({
        .name = text.at("name"),
        .version = text.at("version"),
        .features = text.at("features").get<std::vector<std::string>>(),
        .absent = text.at("absent"),
        .canary = text.at("canary"),
        .remarks = text.at("remarks").get<std::vector<std::string>>(),
        .commands = text.value("commands", std::map<std::string, std::string>{}),
        .arguments = text.value("arguments", std::vector<std::string>{"--impl", text.at("name")}),
        .program = text.value("program", text.at("name").get<std::string>()),
        .stopped = stopped_from_json(text.value("stopped", Json::object())),
    });
  return header;
}

/// Takes a file in, line by line, and holds it to what its footer says.
class Reader {
 public:
  Result<void> take(const Json& line) {
    const auto type = line.at("type").get<std::string>();
    if (footer_seen_) return fail("a line after the footer");
    if ((type == "header") != !header_seen_) return fail("{}", header_seen_ ? "a second header" : "no header");
    if (type == "header") return take_header(line);
    if (type == "operation") return take_record(line);
    if (type == "footer") return take_footer(line);
    return fail("a line of unknown type {}", type);
  }

  bool begun() const { return header_seen_; }
  bool whole() const { return footer_seen_; }
  Results results;

 private:
  Result<void> take_header(const Json& line) {
    if (line.at("schema") != schema_version) return fail("schema {} is unknown", line.at("schema").dump());
    results.header = header_from_json(line);
    header_seen_ = true;
    return {};
  }

  Result<void> take_record(const Json& line) {
    auto record = record_from_json(line);
    if (!record) return tl::unexpected(record.error());
    if (!seen_.emplace(record->implementation, record->case_id, record->index).second)
      return fail("{} {} of {} is there twice", record->case_id, record->index, record->implementation);
    results.records.push_back(std::move(*record));
    return {};
  }

  Result<void> take_footer(const Json& line) {
    if (line.at("complete") != true || line.at("selected") != results.records.size() ||
        line.at("counts") != to_json(count(results.records)))
      return fail("its footer does not agree with its lines");
    results.known_errors = line.value("known_errors", std::vector<std::string>{});
    footer_seen_ = true;
    return {};
  }

  bool header_seen_ = false;
  bool footer_seen_ = false;
  std::set<std::tuple<std::string, std::string, std::size_t>> seen_;
};

}  // namespace

Counts count(const std::vector<Record>& records) {
  Counts counts;
  for (Status status : statuses) counts[status] = 0;
  for (const auto& record : records) ++counts[record.status];
  return counts;
}

Json to_json(const Counts& counts) {
  Json text = Json::object();
  for (const auto& [status, number] : counts) text[std::string(name(status))] = number;
  return text;
}

Json to_json(const Header& header) {
  Json implementations = Json::array();
  for (const auto& info : header.implementations) implementations.push_back(to_json(info));
  return {{"type", "header"},
          {"schema", schema_version},
          {"suite", header.suite},
          {"corpus_digest", header.corpus_digest},
          {"implementations", implementations},
          {"argv", header.argv},
          {"confinement", header.confinement},
          {"unconfined", header.unconfined},
          {"selection", header.selection},
          {"shard", to_json(header.shard)},
          {"known", header.known}};
}

namespace {

/// All lines of the file that have an end; `ends` gets where. A line that has none is left out.
Result<Reader> read_lines(const std::filesystem::path& file, std::vector<std::uint64_t>& ends) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return fail("{}: {}", file.string(), std::strerror(errno));
  Reader reader;
  std::uint64_t end = 0;
  for (std::string line; std::getline(stream, line) && !stream.eof();) {
    end += line.size() + 1;
    try {
      auto document = Json::parse(line);
      make_printable(document);
      if (auto taken = reader.take(document); !taken)
        return fail("{}:{}: {}", file.string(), ends.size() + 1, taken.error().message);
    } catch (const Json::exception& error) {
      return fail("{}:{}: {}", file.string(), ends.size() + 1, error.what());
    }
    ends.push_back(end);
  }
  return reader;
}

}  // namespace

Result<Unfinished> load_unfinished(const std::filesystem::path& file) {
  std::vector<std::uint64_t> ends;
  auto reader = read_lines(file, ends);
  if (!reader) return tl::unexpected(reader.error());
  return Unfinished{std::move(reader->results), reader->begun(), reader->whole(), std::move(ends)};
}

Result<Results> load_results(const std::filesystem::path& file) {
  std::vector<std::uint64_t> ends;
  auto reader = read_lines(file, ends);
  if (!reader) return tl::unexpected(reader.error());
  if (!reader->whole()) return fail("{}: no footer, so the run did not finish and there is no result", file.string());
  return std::move(reader->results);
}

}  // namespace conform
