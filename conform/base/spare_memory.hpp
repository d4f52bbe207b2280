// Memory that was freed, given back: each program that is started begins as a copy of our page tables.
#pragma once

namespace conform {

/// Before the first buffer: large ones are mapped, and their memory goes back as soon as they are freed.
void map_large_buffers();

/// What was freed in small parts goes back only when it is told to.
void give_back_freed_memory();

}  // namespace conform
