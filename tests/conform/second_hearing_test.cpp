// What took too long is asked again alone.
#include "trial/second_hearing.hpp"

#include <catch2/catch_test_macros.hpp>

namespace conform {
namespace {

Record record(Status status, bool over_time) {
  Record record;
  record.status = status;
  record.over_time = over_time;
  record.detail = over_time ? "killed after 20 s" : "";
  return record;
}

const Record slow = record(Status::timeout, true);
const Record fine = record(Status::pass, false);

/// What is taken where `second` is the answer to each second question, and how often that was put.
std::pair<std::vector<std::vector<Record>>, int> held(const std::vector<std::vector<Record>>& first,
                                                      const std::vector<Record>& second) {
  SecondHearing hearing;
  for (const auto& records : first) hearing.put_off({{nullptr, 0}, records});
  std::vector<std::vector<Record>> taken;
  int asked = 0;
  hearing.hold(
      [&](const Task&) {
        ++asked;
        return second;
      },
      [&](std::vector<Record> records) { taken.push_back(std::move(records)); });
  return {taken, asked};
}

TEST_CASE("who is in time when asked again has not failed") {
  const auto [taken, asked] = held({{slow}}, {fine});
  CHECK(taken.at(0).at(0).status == Status::pass);
  CHECK(asked == 1);
}

TEST_CASE("who is too slow alone too has failed, and it is told") {
  const auto [taken, asked] = held({{slow}}, {slow});
  CHECK(taken.at(0).at(0).status == Status::timeout);
  CHECK(taken[0][0].detail == "killed after 20 s; again when asked alone");
}

TEST_CASE("of the second answers only those count that were too late before") {
  const auto [taken, asked] = held({{record(Status::wrong_data, false), slow}}, {fine, fine});
  CHECK(taken.at(0).at(0).status == Status::wrong_data);
  CHECK(taken[0].at(1).status == Status::pass);
}

TEST_CASE("who hangs is believed after three times") {
  const auto [taken, asked] = held({{slow}, {slow}, {slow}, {slow}, {slow}}, {slow});
  CHECK(asked == 3);
  CHECK(taken.size() == 5);
  CHECK(taken.at(4).at(0).detail.find("not tried again") != std::string::npos);
}

TEST_CASE("what is late now and then is asked again every time") {
  CHECK(held({{slow}, {slow}, {slow}, {slow}, {slow}}, {fine}).second == 5);
}

TEST_CASE("only what took too long is put off") {
  CHECK(ran_out_of_time({fine, slow}));
  CHECK(!ran_out_of_time({fine, record(Status::crash, false)}));
}

}  // namespace
}  // namespace conform
