#include "implementation/command.hpp"

#include <utility>

namespace conform {

const std::vector<std::string_view>& placeholders(Op op) {
  static const std::vector<std::string_view> read{"image", "out", "bin", "implementations"};
  static const std::vector<std::string_view> range{"image", "out", "offset", "length", "bin", "implementations"};
  static const std::vector<std::string_view> check{"image", "bin", "implementations"};
  static const std::vector<std::string_view> write{"raw",           "image",       "cluster_bits", "cluster_size",
                                                   "refcount_bits", "compression", "bin",          "implementations"};
  static const std::vector<std::string_view> modify{"image", "steps", "bin", "implementations"};
  static const std::vector<std::string_view> snapshot{"image", "out", "snapshot", "bin", "implementations"};
  switch (op) {
    case Op::read:
    case Op::map: return read;
    case Op::read_range: return range;
    case Op::read_snapshot: return snapshot;
    case Op::write: return write;
    case Op::modify: return modify;
    case Op::read_parallel:
    case Op::check:
    case Op::repair: break;
  }
  return check;
}

Result<CommandTemplate> parse_command(Op op, std::vector<std::string> words) {
  auto command = CommandTemplate::parse(std::move(words), placeholders(op));
  if (!command) return command;
  if (!command->uses("image")) return fail("the command has no {{image}}");
  if (op == Op::read_range && (!command->uses("offset") || !command->uses("length")))
    return fail("the command needs {{offset}} and {{length}}");
  if (op == Op::write && !command->uses("raw")) return fail("the command has no {{raw}}");
  if (op == Op::read_snapshot && !command->uses("snapshot")) return fail("the command has no {{snapshot}}");
  if (op == Op::modify && !command->uses("steps")) return fail("the command has no {{steps}}");
  return command;
}

}  // namespace conform
