#include "report/junit.hpp"

#include <array>

#include "report/failure/again.hpp"
#include "report/failure/wording.hpp"
#include "results/summary.hpp"

namespace conform::report {
namespace {

enum class Outcome { passed, failure, error, skipped };

/// A failure is what decides the exit status. What fails in another case than a must passes, and tells its story.
Outcome outcome(const Record& record) {
  switch (record.status) {
    case Status::not_run:
    case Status::unsupported:
    case Status::known_fail: return Outcome::skipped;
    case Status::harness_error: return Outcome::error;
    case Status::unexpected_pass: return Outcome::failure;
    default:
      return is_nonconformance(record.status) && record.level == Level::must ? Outcome::failure : Outcome::passed;
  }
}

std::string escaped(std::string_view text) {
  std::string xml;
  for (char c : text) {
    switch (c) {
      case '&': xml += "&amp;"; break;
      case '<': xml += "&lt;"; break;
      case '>': xml += "&gt;"; break;
      case '"': xml += "&quot;"; break;
      case '\n': xml += "&#10;"; break;
      case '\t': xml += " "; break;
      // XML has no other control characters, in no spelling.
      default: xml += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? std::string("?") : std::string(1, c);
    }
  }
  return xml;
}

std::string story(const Record& record, const Case* tested, const Sources& sources, const ImplementationInfo& info) {
  std::string text = fmt::format("expected {}, got {}, {}{}{}\n", expected_answer(record), name(record.status),
                                 ending_words(record), record.detail.empty() ? "" : "; ", record.detail);
  if (const auto bytes = differing_bytes(record); !bytes.empty()) text += bytes + "\n";
  for (const auto& slug : record.clauses)
    if (const Clause* clause = sources.corpus.clauses().find(slug))
      text += fmt::format("[{}, {}] {}\n", slug, name(clause->level), clause->sentence);
  if (tested) text += fmt::format("{}\n", tested->why);
  return text + fmt::format("again: {}\n", again_command(sources.results.header, info, record.case_id));
}

std::string test_case(const Record& record, const Sources& sources, const ImplementationInfo& info) {
  const Case* tested = sources.corpus.find(record.case_id);
  std::string text = fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"",
                                 escaped(record.implementation + "." + record.family),
                                 escaped(fmt::format("{} #{} {} ({})", record.case_id, record.index,
                                                     operation_words(record, tested), name(record.level))),
                                 record.duration_ms / 1000);
  const auto message = fmt::format("{}: {}", name(record.status), meaning(record.status));
  const auto told = [&] { return escaped(story(record, tested, sources, info)); };
  switch (outcome(record)) {
    case Outcome::passed:
      if (!is_nonconformance(record.status)) return text + "/>\n";
      return text +
             fmt::format(">\n      <system-out>{}&#10;{}</system-out>\n    </testcase>\n", escaped(message), told());
    case Outcome::skipped:
      return text + fmt::format("><skipped message=\"{}\"/></testcase>\n",
                                escaped(message + (record.detail.empty() ? "" : ": " + record.detail)));
    case Outcome::error:
    case Outcome::failure: break;
  }
  const char* element = outcome(record) == Outcome::error ? "error" : "failure";
  return text + fmt::format(">\n      <{0} type=\"{1}\" message=\"{2}\">{3}</{0}>\n    </testcase>\n", element,
                            name(record.status), escaped(message), told());
}

struct Totals {
  std::array<std::size_t, 4> numbers{};
  std::size_t tests = 0;
  double seconds = 0;

  std::string attributes() const {
    return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\"", tests,
                       count(Outcome::failure), count(Outcome::error), count(Outcome::skipped), seconds);
  }
  std::size_t count(Outcome one) const { return numbers[static_cast<std::size_t>(one)]; }
  void add(const Record& record) {
    count_as(outcome(record));
    seconds += record.duration_ms / 1000;
  }
  void count_as(Outcome one) {
    ++numbers[static_cast<std::size_t>(one)];
    ++tests;
  }
};

/// A program that is not here is one skipped test, however many operations it would have had.
std::string absence(const ImplementationInfo& info) {
  return fmt::format(
      "    <testcase classname=\"{}\" name=\"all operations\" time=\"0\"><skipped message=\"{}\"/></testcase>\n",
      escaped(info.name), escaped("absent: " + info.absent));
}

std::string suite(const ImplementationSummary& summary, const Sources& sources, Totals& all) {
  const ImplementationInfo& info = summary.info;
  Totals totals;
  std::string cases;
  if (!info.absent.empty()) {
    totals.count_as(Outcome::skipped);
    all.count_as(Outcome::skipped);
    cases = absence(info);
  }
  for (const auto& record : sources.results.records)
    if (record.implementation == info.name && info.absent.empty()) {
      totals.add(record);
      all.add(record);
      cases += test_case(record, sources, info);
    }
  return fmt::format(
      "  <testsuite name=\"{}\" {}>\n    <properties>\n      <property name=\"version\" value=\"{}\"/>\n"
      "      <property name=\"corpus\" value=\"{}\"/>\n      <property name=\"score\" value=\"{}\"/>\n"
      "    </properties>\n{}  </testsuite>\n",
      escaped(info.name), totals.attributes(), escaped(info.version), escaped(sources.results.header.corpus_digest),
      escaped(summary.score.text()), cases);
}

}  // namespace

std::string junit(const Sources& sources) {
  Totals all;
  std::string suites;
  for (const auto& summary : summarise(sources.results)) suites += suite(summary, sources, all);
  return fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\" {}>\n{}</testsuites>\n",
                     escaped(sources.results.header.suite), all.attributes(), suites);
}

}  // namespace conform::report
