#include "server/page.h"

#include <zlib.h>

#include <algorithm>
#include <string>

#include "server/api_error.h"

namespace lectern::server {
namespace {

// Scripts, styles and fonts from here alone, and nothing inline: whatever a document or a model smuggles into the page
// is not run. Worker and images are pdf.js'.
constexpr const char* kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
    "worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

std::string inflated(std::string_view gzip) {
  z_stream stream{};
  if (::inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) throw std::bad_alloc();
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(gzip.data()));
  stream.avail_in = static_cast<uInt>(gzip.size());
  std::string bytes;
  char piece[1 << 16];
  for (int status = Z_OK; status == Z_OK;) {
    stream.next_out = reinterpret_cast<Bytef*>(piece);
    stream.avail_out = sizeof piece;
    status = ::inflate(&stream, Z_NO_FLUSH);
    bytes.append(piece, sizeof piece - stream.avail_out);
  }
  ::inflateEnd(&stream);
  return bytes;
}

// "gzip;q=0" refuses it. No browser sends that; a proxy may.
bool takes_gzip(std::string_view accept_encoding) {
  const auto found = accept_encoding.find("gzip");
  return found != std::string_view::npos && !accept_encoding.substr(found + 4).starts_with(";q=0");
}

}  // namespace

HttpResponse page_response(std::string_view name, const HttpRequest& request) {
  const auto files = page_files();
  const auto file = std::find_if(files.begin(), files.end(), [&](const PageFile& f) { return f.name == name; });
  if (file == files.end()) throw ApiError(404, "There is nothing at this path.", {}, "unknown_url");
  const auto tag = "\"" + std::string(file->hash) + "\"";
  const bool lasts = name.starts_with("assets/");
  HttpResponse response;
  response.content_type = file->content_type;
  response.headers = {{"Content-Security-Policy", kContentSecurityPolicy},
                      {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
                      {"Cache-Control", lasts ? "public, max-age=31536000, immutable" : "no-cache"},
                      {"ETag", tag},
                      {"Vary", "Accept-Encoding"}};
  if (request.if_none_match == tag) {
    response.status = 304;
    return response;
  }
  if (takes_gzip(request.accept_encoding)) {
    response.headers.emplace_back("Content-Encoding", "gzip");
    response.body = file->gzip;
  } else {
    response.body = inflated(file->gzip);
  }
  return response;
}

std::vector<Route> page_routes() {
  const auto in = [](std::string folder) {
    return [folder = std::move(folder)](const std::shared_ptr<Exchange>& exchange, const PathParameters& path) {
      answer_failures(exchange,
                      [&] { exchange->respond(page_response(folder + path.at("file"), exchange->request())); });
    };
  };
  const auto file = [](const char* name) {
    return [name](const std::shared_ptr<Exchange>& exchange, const PathParameters&) {
      exchange->respond(page_response(name, exchange->request()));
    };
  };
  return {
      {"GET", "/", true, file("index.html")},
      {"GET", "/icon.svg", true, file("icon.svg")},
      {"GET", "/assets/{file}", true, in("assets/")},
      {"GET", "/assets/cmaps/{file}", true, in("assets/cmaps/")},
      {"GET", "/assets/standard_fonts/{file}", true, in("assets/standard_fonts/")},
  };
}

}  // namespace lectern::server
