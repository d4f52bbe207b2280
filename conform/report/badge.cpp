#include "report/badge.hpp"

namespace conform::report {
namespace {

struct Colour {
  const char* name;
  const char* hex;
};

/// Green is for those who were asked everything that they offer and claim, and did all of it well.
Colour colour(const ImplementationSummary& summary) {
  const Score& score = summary.score;
  if (!summary.info.canary.empty() || summary.must.count(Status::harness_error) > 0 || summary.must.executed() == 0)
    return {"lightgrey", "#6b6b6b"};
  if (score.worst() > badness_of_unnoticed_flaws) return {"red", "#b3140a"};
  if (score.worst() == badness_of_unnoticed_flaws) return {"orange", "#a34a00"};
  return score.well() == score.asked() ? Colour{"brightgreen", "#2f6b3a"} : Colour{"yellow", "#7a5f00"};
}

constexpr int letter_width = 7;  // of the widest common sans-serif at 11 px, as good as can be known without a font
constexpr int padding = 12;

int width(const std::string& text) { return static_cast<int>(text.size()) * letter_width + padding; }

}  // namespace

std::string badge_json(const ImplementationSummary& summary) {
  const Json json{{"schemaVersion", 1},
                  {"label", "qcow2-conform"},
                  {"message", summary.score.text()},
                  {"color", colour(summary).name}};
  return json.dump() + "\n";
}

std::string badge_svg(const ImplementationSummary& summary) {
  const std::string label = "qcow2-conform";
  const std::string message = summary.score.text();
  const int left = width(label), right = width(message);
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"20\" role=\"img\" aria-label=\"{1}: {2}\">\n"
      "<title>{1}: {2}</title>\n"
      "<rect width=\"{0}\" height=\"20\" rx=\"3\" fill=\"#444\"/>\n"
      "<path d=\"M{3} 0h{4}a3 3 0 0 1 3 3v14a3 3 0 0 1 -3 3h-{4}z\" fill=\"{5}\"/>\n"
      "<g fill=\"#fff\" text-anchor=\"middle\" font-family=\"Verdana,DejaVu Sans,sans-serif\" font-size=\"11\">\n"
      "<text x=\"{6}\" y=\"14\" textLength=\"{7}\">{1}</text>\n<text x=\"{8}\" y=\"14\" "
      "textLength=\"{9}\">{2}</text>\n</g>\n</svg>\n",
      left + right, label, message, left, right - 3, colour(summary).hex, left / 2, left - padding, left + right / 2,
      right - padding);
}

}  // namespace conform::report
