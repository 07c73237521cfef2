// Where models are fetched from, and which addresses a fetch may reach.
#pragma once

#include <string>

#include "hub/catalogue.h"

namespace lectern::hub {

struct Hub {
  std::string address = "https://huggingface.co";
  std::string token;  // empty: none

  /// LECTERN_HUB, an https address or an http one of this machine, and HF_TOKEN. Throws Error kInvalidArgument.
  static Hub from_environment();
};

std::string file_address(const Hub& hub, const CatalogueModel& model, const ModelFile& file);

/// Where a person reads about the model, and accepts its conditions.
std::string model_page(const Hub& hub, const CatalogueModel& model);

/// Where the redirect `location`, whole or relative, leads from `address`: to https, or from a hub on this machine to
/// this machine. Throws Error kIo for another.
std::string redirected(const std::string& address, const std::string& location);

/// Whether both are of the same scheme, host and port: what is secret for one may be told to the other.
bool same_origin(const std::string& a, const std::string& b);

}  // namespace lectern::hub
