// The page that a browser shows: files that the build bundles, compresses and keeps in the program.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "server/router.h"

namespace lectern::server {

struct PageFile {
  std::string_view name;  // "index.html", "assets/main-2F6YQX.js": that of an asset changes with its bytes
  std::string_view content_type;
  std::string_view hash;  // of the bytes, for ETag
  std::string_view gzip;
};

/// All of them; the build writes this one.
std::span<const PageFile> page_files();

/// The file of that name, compressed where the browser takes that. Throws ApiError: 404.
HttpResponse page_response(std::string_view name, const HttpRequest& request);

/// Of all that is to be served. They need no key: the page asks for it and brings it with what it asks of the API.
std::vector<Route> page_routes();

}  // namespace lectern::server
