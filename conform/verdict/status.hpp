// The status of one operation of one case on one implementation, and what each status means to a reader of a report.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace conform {

enum class Status {
  pass,
  wrong_data,      // accepted, and gave other bytes or another length, no output included
  wrong_accept,    // should have been refused, and gave bytes that nobody has
  flaw_unnoticed,  // should have been refused, and gave the bytes of the valid twin; or called better than it is
  wrong_reject,    // should have been accepted
  unsound_image,   // left an image with the right disk that breaks a rule of writing
  tampered,        // the image was changed
  crash,           // a signal, or an exit status that the implementation does not list
  timeout,
  resource,     // over a limit of memory, time or output
  flaky,        // answers that differ between repetitions
  unsupported,  // refused, and the case needs a feature that the implementation does not claim
  not_run,
  harness_error,  // our own failure: says nothing about the implementation
  known_fail,
  unexpected_pass,
  choice,               // one of the named answers that the text leaves open
  inconsistent_choice,  // another answer than in a case of the same choice group
  observed,             // no answer is expected
};

inline constexpr std::array statuses{Status::pass,         Status::wrong_data,
                                     Status::wrong_accept, Status::flaw_unnoticed,
                                     Status::wrong_reject, Status::unsound_image,
                                     Status::tampered,     Status::crash,
                                     Status::timeout,      Status::resource,
                                     Status::flaky,        Status::unsupported,
                                     Status::not_run,      Status::harness_error,
                                     Status::known_fail,   Status::unexpected_pass,
                                     Status::choice,       Status::inconsistent_choice,
                                     Status::observed};

std::string_view name(Status status);
std::optional<Status> status_named(std::string_view name);

/// In a must case this decides the exit status: any status but pass, unsupported, not-run and known-fail; choice,
/// inconsistent-choice and observed are answers to an open point, which nothing scores; harness-error and
/// unexpected-pass have exit codes of their own.
bool is_nonconformance(Status status);

/// Something ran: any status but not-run and harness-error.
bool was_executed(Status status);

/// 0 is well, higher is worse.
int badness(Status status);

inline constexpr int badness_of_invented_bytes = 5;  // wrong-data and wrong-accept: someone trusts those bytes
inline constexpr int badness_of_failures_min = 2;
inline constexpr int badness_of_unnoticed_flaws = 2;  // right bytes: the least of the failures, and shown apart

}  // namespace conform
