// /v1/libraries/{library}/files/…: what the page shows beside an answer.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/exchange.h"
#include "server/router.h"

namespace lectern::server {

/// Every one of them may take its time.
std::vector<Route> document_routes();

}  // namespace lectern::server
