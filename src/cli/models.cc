// The models: what there is, fetching one, and taking it away.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/json.h"
#include "cli/model_text.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "cli/terminal.h"
#include "core/paths.h"
#include "hub/disk_space.h"
#include "hub/model_store.h"
#include "hub/pull.h"
#include "lectern/compile.h"
#include "lectern/error.h"

namespace lectern::cli {
namespace {

struct ModelsCommand {
  std::string model;
  bool json = false;
};

constexpr const char* kFooter =
    "Models are fetched from Hugging Face, checked against the SHA-256 that Lectern knows of them, and kept in\n"
    "$XDG_DATA_HOME/lectern/models. Any command takes their names: lectern ask --model NAME. This alone asks the "
    "network.\n\n"
    "Examples:\n"
    "  lectern models list\n"
    "  lectern models pull qwen2.5-1.5b-instruct-q4_k_m\n"
    "  lectern models rm qwen2.5-1.5b-instruct-q4_k_m\n\n"
    "Environment:\n"
    "  LECTERN_HUB        another hub than https://huggingface.co, such as a mirror of it\n"
    "  LECTERN_CATALOGUE  a catalogue of your own, as src/hub/catalogue.json is one\n"
    "  HF_TOKEN           a token of the hub, for models that ask for consent; sent to the hub alone\n"
    "  https_proxy        the proxy to go through; no_proxy names what is reached without it";

constexpr const char* kListFooter =
    "Memory is about what a model needs to answer. SHA-256 is what a file of the catalogue is checked against when it "
    "is\n"
    "pulled, as it begins; --json tells all of it, of each file. A model of your own is listed once its GGUF file, or\n"
    "its folder in Hugging Face's layout, lies in a folder of models.\n\n"
    "Example:\n"
    "  lectern models list";

constexpr const char* kPullFooter =
    "What has come is kept when the network breaks off or you stop it: the same command goes on from there.\n\n"
    "Example:\n"
    "  lectern models pull qwen2.5-1.5b-instruct-q4_k_m";

constexpr const char* kRemoveFooter =
    "What was compiled from it goes too, and so does what has come of a download that was broken off.\n\n"
    "Example:\n"
    "  lectern models rm qwen2.5-1.5b-instruct-q4_k_m";

int list(const ModelsCommand& command) {
  const auto models = hub::list_models();
  print(command.json ? to_json(models) + "\n" : model_lines(models));
  return 0;
}

const hub::CatalogueModel& in_catalogue(const std::string& name) {
  if (const auto* model = hub::catalogue().find(hub::model_id(name)); model != nullptr) return *model;
  throw Error(ErrorCode::kNotFound,
              "The catalogue has no model " + lectern::quoted(name) + ": `lectern models list` tells which it has.");
}

std::filesystem::path fetch(const hub::CatalogueModel& model, bool quiet) {
  Interrupt interrupt;
  ProgressBar bar(!quiet);
  hub::DownloadOptions options;
  options.hub = hub::Hub::from_environment();
  options.stop = interrupt.token();
  try {
    return hub::pull(model, options, bar.callback());
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kCancelled) throw;
    throw Error(ErrorCode::kCancelled,
                fmt::format("Stopped at {} of {}. To go on from there: lectern models pull {}",
                            hub::size_text(hub::bytes_pulled(model)), hub::size_text(model.bytes()), model.id));
  }
}

int pull(const ModelsCommand& command) {
  const auto& model = in_catalogue(command.model);
  const auto installed = hub::find_installed(model.id);
  const auto path = installed ? installed->path : fetch(model, command.json);
  const char* what = installed ? "is there already" : "is there, and its checksum is right";
  print(command.json
            ? pulled_to_json(model.id, path.native(), model.bytes()) + "\n"
            : printable(fmt::format("{} {}: {} (licence: {})\n", model.id, what, quoted(path), model.licence)));
  return 0;
}

int remove(const ModelsCommand& command) {
  const auto id = hub::model_id(command.model);
  const auto installed = hub::find_installed(id);
  hub::remove_model(id, forget_compiled);
  print(command.json ? removed_to_json(installed ? installed->path.native() : hub::parts_of(id).native()) + "\n"
                     : printable("Deleted " + id + ".\n"));
  return 0;
}

CLI::App& add(CLI::App& parent, Action& chosen, const char* name, const char* what, int (*run)(const ModelsCommand&)) {
  auto command = std::make_shared<ModelsCommand>();
  auto* sub = parent.add_subcommand(name, what);
  if (run != &list) sub->add_option("NAME", command->model, "The model, as `lectern models list` names it")->required();
  sub->add_flag("--json", command->json, "Print JSON for other programs");
  sub->callback([command, run, &chosen] { chosen = [command, run] { return run(*command); }; });
  return *sub;
}

}  // namespace

void add_models_command(CLI::App& app, Action& chosen) {
  auto* models = app.add_subcommand("models", "List, fetch and delete models");
  models->footer(kFooter);
  models->require_subcommand(1);
  add(*models, chosen, "list", "Which models there are, here and to be fetched", &list).footer(kListFooter);
  add(*models, chosen, "pull", "Fetch a model and check it", &pull).footer(kPullFooter);
  add(*models, chosen, "rm", "Delete a model that was fetched", &remove).footer(kRemoveFooter);
}

}  // namespace lectern::cli
