#include "cli/model_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/terminal.h"
#include "core/paths.h"
#include "hub/disk_space.h"

namespace lectern::cli {
namespace {

using hub::ListedModel;
using hub::size_text;

std::string state_of(const ListedModel& model) {
  if (!model.problem.empty()) return "cannot answer: " + model.problem;
  if (model.installed) return lectern::quoted(model.path);
  if (model.done > 0) return fmt::format("{} of it has come", size_text(model.done));
  return model.source;
}

// As it begins: enough to compare by eye. Of a model of several files it is in the JSON alone.
std::string sha256_of(const ListedModel& model) {
  if (model.files.empty()) return "";
  return model.files.size() == 1 ? model.files.front().sha256.substr(0, 12)
                                 : fmt::format("{} files", model.files.size());
}

std::string line_of(const ListedModel& model, std::size_t width) {
  return printable(fmt::format("  {:<{}}  {:<9}  {:>6}  {:>6}  {:<12}  {}, {}", model.id, width, name(model.kind),
                               size_text(model.bytes), size_text(model.memory_bytes), sha256_of(model),
                               model.licence.empty() ? "licence unknown" : model.licence, state_of(model))) +
         "\n";
}

}  // namespace

std::string model_lines(std::span<const ListedModel> models) {
  std::size_t width = 0;
  for (const auto& model : models) width = std::max(width, model.id.size());
  std::string here, to_fetch;
  for (const auto& model : models) (model.installed ? here : to_fetch) += line_of(model, width);
  std::string text =
      fmt::format("{:<{}}  {:<9}  {:>6}  {:>6}  {}\n", "", width + 2, "kind", "size", "memory", "SHA-256");
  if (!here.empty()) text += "Here\n" + here;
  if (!to_fetch.empty()) text += "To be fetched: lectern models pull NAME\n" + to_fetch;
  return text;
}

}  // namespace lectern::cli
