#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <memory>

#include "cli/command.h"
#include "cli/help.h"
#include "cli/index.h"
#include "cli/model_path.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/question.h"
#include "cli/session.h"
#include "cli/terminal.h"
#include "core/paths.h"
#include "hub/model_store.h"
#include "lectern/error.h"
#include "server/server.h"

namespace lectern::cli {
namespace {

struct ServeCommand {
  SharedOptions shared;
  server::ServerOptions server;
  std::vector<std::string> folders;
  std::string api_key_file;
  int header_seconds = 10, idle_seconds = 75, stall_seconds = 30, grace_seconds = 30;
};

constexpr const char* kFooter =
    "Open the address that it prints in a browser; programs find OpenAI's API below it, at /v1 (docs/api.md). It "
    "answers\n"
    "this machine alone; for any other --host it needs an API key, which clients send as \"Authorization: Bearer "
    "KEY\".\n"
    "SIGTERM and Ctrl-C stop it: answers under way are finished for --grace seconds, a second signal cuts them off.\n\n"
    "Examples:\n"
    "  lectern serve\n"
    "  lectern serve ~/Documents           read a folder, and answer about it\n"
    "  lectern serve --model qwen2.5-1.5b-instruct-q4_k_m --port 9000\n"
    "  lectern serve --host 0.0.0.0 --api-key-file key.txt\n"
    "  curl http://127.0.0.1:8080/v1/models\n\n"
    "Environment:\n"
    "  LECTERN_API_KEY  the API key, where --api-key-file does not name one";

std::string trimmed_key(std::string key) {
  const auto end = key.find_last_not_of(" \t\r\n");
  return end == std::string::npos ? "" : key.substr(0, end + 1);
}

std::string api_key(const ServeCommand& command) {
  if (command.api_key_file.empty()) {
    const char* key = std::getenv("LECTERN_API_KEY");
    return key == nullptr ? "" : key;
  }
  const auto key = trimmed_key(read_text(command.api_key_file));
  if (key.empty())
    throw Error(ErrorCode::kInvalidArgument,
                lectern::quoted(command.api_key_file) + " is empty: put the API key into it.");
  return key;
}

int run(ServeCommand command) {
  auto& options = command.server;
  options.service.gate.api_key = api_key(command);
  options.library = command.shared.library;
  options.folders.assign(command.folders.begin(), command.folders.end());
  check_folders(options.folders);
  options.http.header_time = std::chrono::seconds(command.header_seconds);
  options.http.idle_time = std::chrono::seconds(command.idle_seconds);
  options.http.stall_time = std::chrono::seconds(command.stall_seconds);
  options.http.grace_time = std::chrono::seconds(command.grace_seconds);
  const auto open = [shared = command.shared](const std::string& model, const std::stop_token& stop) {
    return open_engine(model, shared, {}, stop);
  };
  const auto served = [&](const std::string& model) {
    return server::ServedModel{hub::model_at(model_path(model)), open(model, {})};
  };
  server::ServerModels models{served(command.shared.model), served(command.shared.embedding_model), open};
  server::serve(std::move(models), options, [](const std::string& address) {
    print("Lectern serves at " + address + "\n");
    print("Open it in a browser; programs find OpenAI's API at " + address + "/v1. Ctrl-C ends it.\n");
    flush();
  });
  return 0;
}

void add_address(CLI::App& command, ServeCommand& options) {
  command.add_option("--port", options.server.http.port, "The port to listen at; 0 is any that is free, and printed")
      ->check(within(0, 65535))
      ->type_name("PORT")
      ->capture_default_str();
  command
      .add_option("--host", options.server.http.address,
                  "The address to listen at, or localhost; 0.0.0.0 is all of them")
      ->type_name("ADDRESS")
      ->capture_default_str();
  command
      .add_option("--allow-host", options.server.service.gate.hosts,
                  "A name that clients call this server by, beside localhost and addresses")
      ->allow_extra_args(false)
      ->type_name("NAME");
  command
      .add_option("--allow-origin", options.server.service.gate.origins,
                  "A site whose pages may ask this server, as https://notes.example; once for each")
      ->allow_extra_args(false)
      ->check([](const std::string& origin) { return server::problem_of_origin(origin); })
      ->type_name("ORIGIN");
  command.add_option("--api-key-file", options.api_key_file, "A file that holds the API key")->type_name("FILE");
}

void add_limits(CLI::App& command, ServeCommand& options) {
  command.add_option("--max-queue", options.server.service.most_answers, "Answers under way and waiting, at most")
      ->check(within(1, 1'000'000))
      ->type_name("N")
      ->capture_default_str();
  command.add_option("--max-body", options.server.http.body_bytes, "The largest request body: 512K, 4M")
      ->transform(byte_size())
      ->type_name("SIZE")
      ->default_str("4M");
  command.add_option("--max-upload", options.server.http.upload_bytes, "The largest file that is sent into a library")
      ->transform(byte_size())
      ->type_name("SIZE")
      ->default_str("256M");
  command
      .add_option("--max-watches", options.server.service.libraries.most_watches,
                  "Folders whose changes the system tells of, at most; others are looked at every few seconds. 0 is as "
                  "many as it gives")
      ->type_name("N")
      ->capture_default_str();
  const auto seconds = [&](const char* name, int& value, const char* what) {
    command.add_option(name, value, what)->check(within(1, 86'400))->type_name("SECONDS")->capture_default_str();
  };
  seconds("--header-timeout", options.header_seconds, "For a client to send a request's header");
  seconds("--idle-timeout", options.idle_seconds, "Between a connection's requests");
  seconds("--stall-timeout", options.stall_seconds, "In which a client that reads takes no byte of its answer");
  seconds("--grace", options.grace_seconds, "For answers under way when the server is told to stop");
}

}  // namespace

void add_serve(CLI::App& app, Action& chosen) {
  auto command = std::make_shared<ServeCommand>();
  auto* sub = app.add_subcommand("serve", "Answer in the browser, and programs over OpenAI's API");
  sub->add_option("FOLDER", command->folders, "Folders to read into the library while it serves");
  add_address(*sub, *command);
  add_model(*sub, command->shared);
  add_library(*sub, command->shared)->check([](const std::string& name) {
    return name.ends_with(".db") ? "the server's libraries have names, and no paths" : "";
  });
  add_threads(*sub, command->shared);
  add_limits(*sub, *command);
  sub->footer(kFooter);
  sub->callback([command, &chosen] { chosen = [command] { return run(*command); }; });
}

}  // namespace lectern::cli
