#include "corpus/case.hpp"

#include <algorithm>

namespace conform {
namespace {

Result<Answer> answer_named(std::string_view wanted) {
  for (Answer answer : {Answer::accept, Answer::reject, Answer::clean, Answer::leaks, Answer::corrupt})
    if (name(answer) == wanted) return answer;
  return fail("no such verdict: {}", wanted);
}

bool answers(Op op, Answer answer) {
  if (answer == Answer::reject) return true;
  return (op == Op::check) == (answer != Answer::accept);
}

Result<Choice> parse_choice(Op op, std::string name, const Json& text) {
  const auto verdict = text.at("verdict").get<std::string>();
  const auto answer = answer_named(verdict);
  if (!answer) return tl::unexpected(answer.error());
  if (!answers(op, *answer)) return fail("{} does not answer {}", conform::name(op), verdict);
  return Choice{std::move(name), *answer, text.value("guest", "")};
}

Result<Expect> parse_expect(Op op, const Json& text) {
  Expect expect{{}, false, text};
  const auto verdict = text.at("verdict").get<std::string>();
  if (verdict == "observe") return expect;
  if (verdict != "either") {
    auto only = parse_choice(op, "", text);
    if (!only) return tl::unexpected(only.error());
    expect.answers.push_back(std::move(*only));
    return expect;
  }
  expect.named = true;
  for (const auto& [choice_name, choice_text] : text.at("choices").items()) {
    auto choice = parse_choice(op, choice_name, choice_text);
    if (!choice) return tl::unexpected(choice.error());
    expect.answers.push_back(std::move(*choice));
  }
  if (expect.answers.empty()) return fail("either without a choice");
  return expect;
}

Result<void> parse_range(const Json& text, Operation& operation) {
  const auto offset = as_uint64(text.at("offset"));
  const auto length = as_uint64(text.at("length"));
  if (!offset) return tl::unexpected(offset.error());
  if (!length) return tl::unexpected(length.error());
  operation.offset = *offset;
  operation.length = *length;
  return {};
}

Result<WriteParameters> parse_parameters(const Json& image) {
  WriteParameters parameters;
  parameters.cluster_bits = image.value("cluster_bits", parameters.cluster_bits);
  parameters.compression = image.value("compression", parameters.compression);
  parameters.refcount_bits = image.value(Json::json_pointer("/refcounts/bits"), parameters.refcount_bits);
  if (parameters.cluster_bits >= 64) return fail("cluster_bits {}", parameters.cluster_bits);
  return parameters;
}

Result<void> parse_write(const Json& document, const Json& expect, Operation& operation) {
  auto parameters = parse_parameters(document.at("image"));
  if (!parameters) return tl::unexpected(parameters.error());
  operation.parameters = std::move(*parameters);
  operation.properties = expect.value("properties", std::vector<std::string>{});
  return {};
}

Result<void> parse_check_afterwards(const Json& text, Operation& operation) {
  if (!text.at("expect").contains("check")) return {};
  const auto verdict = answer_named(text["expect"]["check"].get<std::string>());
  if (!verdict || (*verdict != Answer::clean && *verdict != Answer::leaks))
    return fail("a check after modify or repair is clean or leaks");
  operation.check_afterwards = *verdict;
  return {};
}

Result<void> parse_modify(const Json& text, Operation& operation) {
  operation.steps = text.at("steps");
  operation.properties = text.at("expect").value("properties", std::vector<std::string>{});
  return parse_check_afterwards(text, operation);
}

Result<void> parse_what_to_do(const Json& document, const Json& text, Operation& operation) {
  switch (operation.op) {
    case Op::read_range: return parse_range(text, operation);
    case Op::write: return parse_write(document, text.at("expect"), operation);
    case Op::read_snapshot: operation.snapshot = text.at("snapshot"); return {};
    case Op::modify: return parse_modify(text, operation);
    case Op::repair: return parse_check_afterwards(text, operation);
    case Op::read:
    case Op::read_parallel:
    case Op::map:
    case Op::check: break;
  }
  return {};
}

Result<Operation> parse_operation(const Json& document, const Json& text, std::size_t index) {
  const auto op = op_named(text.at("op").get<std::string>());
  if (!op) return tl::unexpected(op.error());
  Operation operation{*op, index, 0, 0, {}};
  if (auto parsed = parse_what_to_do(document, text, operation); !parsed) return tl::unexpected(parsed.error());
  auto expect = parse_expect(*op, text.at("expect"));
  if (!expect) return tl::unexpected(expect.error());
  operation.expect = std::move(*expect);
  return operation;
}

Result<Level> strictest(const std::vector<std::string>& slugs, const Clauses& clauses) {
  Level level = Level::unspecified;
  for (const auto& slug : slugs) {
    const Clause* clause = clauses.find(slug);
    if (!clause) return fail("no such clause: {}", slug);
    level = std::min(level, clause->level);
  }
  return level;
}

Result<void> parse_limits(const Json& document, Case& parsed) {
  if (document.contains("requires") && document["requires"].contains("max_file_size")) {
    const auto size = as_uint64(document["requires"]["max_file_size"]);
    if (!size) return tl::unexpected(size.error());
    parsed.max_file_size = *size;
  }
  if (!document.contains("limits")) return {};
  const auto& limits = document["limits"];
  if (limits.contains("memory")) {
    const auto memory = as_uint64(limits["memory"]);
    if (!memory) return tl::unexpected(memory.error());
    parsed.limits.memory = *memory;
  }
  if (limits.contains("time")) parsed.limits.time = limits["time"].get<double>();
  return {};
}

Result<Case> parse_fields(const Json& document, const std::string& family, const Clauses& clauses) {
  Case parsed;
  parsed.id = document.at("id");
  parsed.family = family;
  parsed.rev = document.at("rev");
  parsed.title = document.at("title");
  parsed.why = document.at("why");
  parsed.leak = document.value("leak", "");
  parsed.clauses = document.at("clauses").get<std::vector<std::string>>();
  parsed.features = document.value("features", std::vector<std::string>{});
  if (document.value("status", "") == "withdrawn") parsed.withdrawn = document.value("reason", "no reason given");
  parsed.baseline = document.value("baseline", "");
  parsed.control = document.value("control", false);
  parsed.delta = document.value("delta", "");
  parsed.choice_group = document.value("choice_group", "");
  if (document.contains("siblings"))
    for (const auto& [file, content] : document["siblings"].items()) parsed.siblings.push_back(file);
  const auto level = strictest(parsed.clauses, clauses);
  if (!level) return tl::unexpected(level.error());
  parsed.level = *level;
  if (const auto limits = parse_limits(document, parsed); !limits) return tl::unexpected(limits.error());
  for (const auto& text : document.at("operations")) {
    auto operation = parse_operation(document, text, parsed.operations.size());
    if (!operation) return tl::unexpected(operation.error());
    parsed.operations.push_back(std::move(*operation));
  }
  return parsed;
}

}  // namespace

std::string_view name(Op op) {
  switch (op) {
    case Op::read: return "read";
    case Op::read_range: return "read-range";
    case Op::read_snapshot: return "read-snapshot";
    case Op::read_parallel: return "read-parallel";
    case Op::map: return "map";
    case Op::check: return "check";
    case Op::repair: return "repair";
    case Op::write: return "write";
    case Op::modify: return "modify";
  }
  return "?";
}

Result<Op> op_named(std::string_view wanted) {
  for (Op op : ops)
    if (name(op) == wanted) return op;
  return fail("no such operation: {}", wanted);
}

std::string_view name(Answer answer) {
  switch (answer) {
    case Answer::accept: return "accept";
    case Answer::reject: return "reject";
    case Answer::clean: return "clean";
    case Answer::leaks: return "leaks";
    case Answer::corrupt: return "corrupt";
    case Answer::unsupported: return "unsupported";
  }
  return "?";
}

bool Operation::kills() const {
  return std::any_of(steps.begin(), steps.end(), [](const Json& step) { return step.contains("kill"); });
}

bool Operation::wants_server() const {
  return kills() || std::any_of(steps.begin(), steps.end(), [](const Json& step) { return step.contains("parallel"); });
}

bool Expect::allows(Answer answer) const {
  return std::any_of(answers.begin(), answers.end(), [&](const Choice& choice) { return choice.answer == answer; });
}

Result<Case> parse_case(const Json& document, const std::string& family, const Clauses& clauses) {
  try {
    return parse_fields(document, family, clauses);
  } catch (const Json::exception& error) {
    return fail("{}", error.what());
  }
}

}  // namespace conform
