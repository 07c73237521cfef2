// The `lectern` command.
#pragma once

namespace lectern::cli {

/// Runs one command line. Returns its exit status: 0, 1 for a failure (told on stderr), 2 for wrong usage.
int run(int argc, const char* const* argv);

}  // namespace lectern::cli
