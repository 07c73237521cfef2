// Models for a person.
#pragma once

#include <span>
#include <string>

#include "hub/model_list.h"

namespace lectern::cli {

std::string model_lines(std::span<const hub::ListedModel> models);

}  // namespace lectern::cli
