// The steps of a modify operation, as far as NBD can say them.
#pragma once

#include "base/json_file.hpp"
#include "server/client.hpp"

namespace conform {

/// One after the other; those of `parallel` in flight together, spread over all connections, in an order by the seed.
/// A flush goes out on every connection. `unable` where NBD, or this server, has no word for a step; those before it
/// were taken.
Outcome take_steps(Client& client, const Json& steps, std::uint64_t seed);

}  // namespace conform
