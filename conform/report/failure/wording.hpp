// What a record says, in words: the same ones on the terminal and in every report.
#pragma once

#include <string>

#include "corpus/case.hpp"
#include "corpus/clause.hpp"
#include "results/record.hpp"

namespace conform {

/// A status that a report must tell of: non-conformance, or a failure of our own.
bool is_worth_telling(const Record& record);

/// "accept", "reject (decompress)", "one of pads, refuses".
std::string expected_answer(const Record& record);

/// "read-range 0x0+512"; `tested` may be null.
std::string operation_words(const Record& record, const Case* tested);

/// "exit 1", "signal 11", "no end of its own"; "answered" of an adapter, which goes on; "no end" of what did not run.
std::string ending_words(const Record& record);

/// "guest byte 0x1200: expected 41 42, got 00 00"; a byte that nobody may hand out has no expected value. Empty where
/// nothing differs.
std::string differing_bytes(const Record& record);

/// How it ended, and what is known of it: "wrong-reject, exit 1; answered reject; no byte was returned before".
std::string ending_in_full(const Record& record);

/// What came instead: the bytes that differ, else the ending in full.
std::string what_came(const Record& record);

/// "[slug, must] The sentence."
std::string rule_words(const std::string& slug, const Clauses& clauses);

/// What a status means to somebody who sees it for the first time: "accepted, and gave other bytes".
std::string_view meaning(Status status);

}  // namespace conform
