// The signals by which a user stops a run.
#pragma once

namespace conform {

/// From now on SIGINT, SIGTERM and SIGHUP end every running program, and run_process() says interrupted.
void stop_on_signals();
/// The signal that stopped the run, or 0.
int stopping_signal();

}  // namespace conform
