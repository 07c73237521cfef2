#include "hub/model_list.h"

#include <algorithm>

#include "hub/hub_address.h"
#include "hub/model_store.h"

namespace lectern::hub {
namespace {

ListedModel of_catalogue(const Hub& hub, const CatalogueModel& model) {
  ListedModel listed;
  listed.id = model.id;
  listed.name = model.name;
  listed.kind = model.kind;
  listed.bytes = model.bytes();
  listed.memory_bytes = model.memory_bytes();
  listed.licence = model.licence;
  listed.source = model_page(hub, model);
  listed.files = model.files;
  return listed;
}

ListedModel of_installed(const Hub& hub, const InstalledModel& model) {
  const auto* known = catalogue().find(model.id);
  ListedModel listed;
  if (known != nullptr) listed = of_catalogue(hub, *known);
  listed.id = model.id;
  if (known == nullptr) listed.name = model.id;
  listed.kind = model.kind;
  listed.bytes = listed.done = model.bytes;
  listed.memory_bytes = memory_bytes(model);
  listed.installed = true;
  listed.path = model.path.native();
  listed.problem = model.problem;
  return listed;
}

}  // namespace

std::vector<ListedModel> list_models() {
  const Hub hub = Hub::from_environment();
  std::vector<ListedModel> models;
  for (const auto& model : installed_models()) models.push_back(of_installed(hub, model));
  const auto here = models.size();
  for (const auto& model : catalogue().models()) {
    const auto end = models.begin() + static_cast<std::ptrdiff_t>(here);
    if (std::any_of(models.begin(), end, [&](const auto& installed) { return installed.id == model.id; })) continue;
    models.push_back(of_catalogue(hub, model));
    models.back().done = bytes_pulled(model);
  }
  return models;
}

}  // namespace lectern::hub
