// The commands: each adds itself to the command line, and what it does once it is chosen to `chosen`.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace lectern::cli {

using Action = std::function<int()>;  // returns the exit status

void add_index(CLI::App& app, Action& chosen);
void add_search(CLI::App& app, Action& chosen);
void add_ask(CLI::App& app, Action& chosen);
void add_chat(CLI::App& app, Action& chosen);
void add_serve(CLI::App& app, Action& chosen);
void add_library_command(CLI::App& app, Action& chosen);
void add_models_command(CLI::App& app, Action& chosen);
void add_compile(CLI::App& app, Action& chosen);
void add_inspect(CLI::App& app, Action& chosen);
void add_embed(CLI::App& app, Action& chosen);
void add_tokenize(CLI::App& app, Action& chosen);
void add_perplexity(CLI::App& app, Action& chosen);
void add_bench(CLI::App& app, Action& chosen);

}  // namespace lectern::cli
