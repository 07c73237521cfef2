// The description of the API for programs.
#pragma once

namespace lectern::server {

extern const char* const kOpenApi;  // openapi.json

}  // namespace lectern::server
