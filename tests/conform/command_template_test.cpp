// Words as the shell would have them, and placeholders.
#include "process/command_template.hpp"

#include <catch2/catch_test_macros.hpp>

namespace conform {
namespace {

using Words = std::vector<std::string>;

TEST_CASE("a line is split by the word rules of the shell") {
  CHECK(split_words("qemu-img convert  -O\traw\n{image}").value() ==
        Words{"qemu-img", "convert", "-O", "raw", "{image}"});
  CHECK(split_words("a 'b c' \"d e\"").value() == Words{"a", "b c", "d e"});
  CHECK(split_words("a'b c'd").value() == Words{"ab cd"});
  CHECK(split_words("a '' \"\"").value() == Words{"a", "", ""});
  CHECK(split_words("a\\ b \\'c").value() == Words{"a b", "'c"});
  CHECK(split_words(R"("\$\`\"\\ \n")").value() == Words{"$`\"\\ \\n"});
  CHECK(split_words(R"('\$"')").value() == Words{R"(\$")"});
  CHECK(split_words("sh -c 'read {image} > {out} | true'").value() == Words{"sh", "-c", "read {image} > {out} | true"});
  CHECK(split_words("  ").value().empty());
}

TEST_CASE("a line that a shell would act on, or that does not end, is an error") {
  for (const char* line : {"a | b", "a > b", "a; b", "a & b", "a < b", "(a)", "'a", "\"a", "a\\"}) {
    CAPTURE(line);
    CHECK(!split_words(line));
  }
}

TEST_CASE("placeholders are filled in, also within a word and more than once") {
  const auto command =
      CommandTemplate::parse({"{bin}/reader", "--in={image}", "{image}"}, {"bin", "image", "out"}).value();
  CHECK(command.uses("image"));
  CHECK(!command.uses("out"));
  CHECK(command.fill({{"bin", "/b"}, {"image", "/i"}, {"out", "/o"}}) == Words{"/b/reader", "--in=/i", "/i"});
}

TEST_CASE("a value is not looked at for placeholders") {
  const auto command = CommandTemplate::parse({"r", "{image}"}, {"image", "out"}).value();
  CHECK(command.fill({{"image", "{out}"}, {"out", "x"}}) == Words{"r", "{out}"});
}

TEST_CASE("an unknown placeholder is an error, and a brace can be written") {
  CHECK(!CommandTemplate::parse({"r", "{imgae}"}, {"image"}));
  CHECK(!CommandTemplate::parse({}, {"image"}));
  CHECK(!CommandTemplate::parse({""}, {"image"}));
  const auto awk = CommandTemplate::parse({"awk", "{{print $1}}", "${{x}}", "{1}", "{", "{}", "a}"}, {"image"});
  REQUIRE(awk);
  CHECK(awk->fill({}) == Words{"awk", "{print $1}", "${x}", "{1}", "{", "{}", "a}"});
}

}  // namespace
}  // namespace conform
