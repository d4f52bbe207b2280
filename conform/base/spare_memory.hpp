// Memory that was freed, given back: each program that is started begins as a copy of our page tables.
#pragma once

namespace conform {

/// What was freed goes back only when it is told to.
void give_back_freed_memory();

}  // namespace conform
