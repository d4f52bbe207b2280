// Text from strangers, as people see it.
#include "base/printable.hpp"

#include <catch2/catch_test_macros.hpp>

#include "base/json_file.hpp"
#include "fixture.hpp"

namespace conform {
namespace {

const std::string mark = "\xef\xbf\xbd";

TEST_CASE("plain text, of any script, stays as it is") {
  for (const std::string text : {"", "qemu-img 7.2", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xa6", "<b> & ]]>"})
    CHECK(printable(text) == text);
}

TEST_CASE("what a terminal would act on is marked") {
  CHECK(printable("\x1b[31m") == mark + "[31m");
  CHECK(printable("\x1b]0;title\x07") == mark + "]0;title" + mark);
  CHECK(printable("\xc2\x9b"
                  "2J\x7f") == mark + "2J" + mark);
  CHECK(printable("a\nb\tc\rd") == "a b c d");
  CHECK(printable("\xe2\x80\xae"
                  "abc") == mark + "abc");
}

TEST_CASE("what is no character, and what is no UTF-8, is marked") {
  CHECK(printable("\xef\xbf\xbe\xef\xbf\xbf") == mark + mark);
  CHECK(printable("\xf4\x8f\xbf\xbf") == mark);
  CHECK(printable("\xed\xa0\x80") == mark + mark + mark);  // a surrogate
  CHECK(printable("\xc0\xaf") == mark + mark);             // longer than need be
  CHECK(printable("\xe2\x82") == mark + mark);             // cut off
  CHECK(printable("\xff"
                  "a") == mark + "a");
}

TEST_CASE("nothing is left to mark in what was marked") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  CHECK(printable(printable(all)) == printable(all));
}

TEST_CASE("all texts of a document are marked, its keys and numbers stay") {
  Json document{{"a", {"\x1b", 1, {{"b", "\xc2\x80"}}}}};
  make_printable(document);
  CHECK(document == Json{{"a", {mark, 1, {{"b", mark}}}}});
}

TEST_CASE("a text that is too long is refused before it is matched") {
  const test::TempFolder folder;
  test::write_file(folder / "schema.json", R"({"properties": {"a": {"pattern": "^(a|b)*$"}}})");
  const auto schema = JsonSchema::load(folder / "schema.json").value();
  CHECK(schema.validate({{"a", "abba"}}));
  CHECK(!schema.validate({{"a", "abc"}}));
  CHECK(!schema.validate({{"a", std::string(10'000'000, 'a')}}));
}

}  // namespace
}  // namespace conform
