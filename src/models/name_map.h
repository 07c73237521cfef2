// One name for each tensor role, whatever the checkpoint calls it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/checkpoint.h"

namespace lectern::models {

/// The names that a checkpoint of `format` may use for `role` ("query"), likeliest first, without ".weight" or ".bias".
/// `layer` is -1 for roles outside the layers. Throws Error kInternal for an unknown role.
std::vector<std::string> tensor_names(formats::CheckpointFormat format, std::string_view role, int layer);

}  // namespace lectern::models
