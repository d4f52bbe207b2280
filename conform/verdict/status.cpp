#include "verdict/status.hpp"

namespace conform {

std::string_view name(Status status) {
  switch (status) {
    case Status::pass: return "pass";
    case Status::wrong_data: return "wrong-data";
    case Status::wrong_accept: return "wrong-accept";
    case Status::flaw_unnoticed: return "flaw-unnoticed";
    case Status::wrong_reject: return "wrong-reject";
    case Status::unsound_image: return "unsound-image";
    case Status::tampered: return "tampered";
    case Status::crash: return "crash";
    case Status::timeout: return "timeout";
    case Status::resource: return "resource";
    case Status::flaky: return "flaky";
    case Status::unsupported: return "unsupported";
    case Status::not_run: return "not-run";
    case Status::harness_error: return "harness-error";
    case Status::known_fail: return "known-fail";
    case Status::unexpected_pass: return "unexpected-pass";
    case Status::choice: return "choice";
    case Status::inconsistent_choice: return "inconsistent-choice";
    case Status::observed: return "observed";
  }
  return "?";
}

std::optional<Status> status_named(std::string_view wanted) {
  for (Status status : statuses)
    if (name(status) == wanted) return status;
  return std::nullopt;
}

bool is_nonconformance(Status status) {
  switch (status) {
    case Status::wrong_data:
    case Status::wrong_accept:
    case Status::flaw_unnoticed:
    case Status::wrong_reject:
    case Status::unsound_image:
    case Status::tampered:
    case Status::crash:
    case Status::timeout:
    case Status::resource:
    case Status::flaky: return true;
    default: return false;
  }
}

bool was_executed(Status status) { return status != Status::not_run && status != Status::harness_error; }

int badness(Status status) {
  switch (status) {
    case Status::wrong_data:
    case Status::wrong_accept: return badness_of_invented_bytes;
    case Status::tampered:
    case Status::crash:
    case Status::timeout:
    case Status::resource:
    case Status::flaky: return 4;
    case Status::wrong_reject:
    case Status::unsound_image:
    case Status::unexpected_pass: return 3;
    case Status::flaw_unnoticed: return badness_of_unnoticed_flaws;
    case Status::harness_error:
    case Status::not_run:
    case Status::unsupported:
    case Status::known_fail:
    case Status::inconsistent_choice: return 1;
    default: return 0;
  }
}

}  // namespace conform
