// /v1/libraries/{library}/files/… and suggestions: what the page shows beside answers and before them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/exchange.h"
#include "server/library_shelf.h"
#include "server/router.h"

namespace lectern::server {

/// Every one of them may take its time. `shelf` must outlive them.
std::vector<Route> document_routes(LibraryShelf& shelf);

}  // namespace lectern::server
