// What a hub's refusal means, and what to do about it.
#pragma once

#include "hub/catalogue.h"
#include "hub/hub_address.h"
#include "lectern/error.h"

namespace lectern::hub {

/// Whether an answer of that status may be another one soon.
bool may_pass(int status);

/// For a status that is no success and will not pass.
Error refusal(int status, const Hub& hub, const CatalogueModel& model, const ModelFile& file);

}  // namespace lectern::hub
