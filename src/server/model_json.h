// A model of the catalogue, or of this machine, as the API and the command tell it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "hub/model_list.h"

namespace lectern::server {

/// Who it is, how large, and whether it is here.
nlohmann::ordered_json json_of(const hub::ListedModel& model);

}  // namespace lectern::server
