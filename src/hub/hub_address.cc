#include "hub/hub_address.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "core/paths.h"
#include "lectern/error.h"

namespace lectern::hub {
namespace {

// An address in its parts, each empty where it is not there.
class Url {
 public:
  Url() : url_(curl_url(), curl_url_cleanup) {
    if (!url_) throw std::bad_alloc();
  }

  /// Whole, or relative to what it was before.
  bool set(const std::string& address) {
    return curl_url_set(url_.get(), CURLUPART_URL, address.c_str(), 0) == CURLUE_OK;
  }
  std::string part(CURLUPart which, unsigned flags = 0) const {
    char* text = nullptr;
    if (curl_url_get(url_.get(), which, &text, flags) != CURLUE_OK) return {};
    const std::unique_ptr<char, void (*)(void*)> owned(text, curl_free);
    return text;
  }
  std::string scheme() const { return part(CURLUPART_SCHEME); }
  std::string origin() const {
    return scheme() + "://" + part(CURLUPART_HOST) + ":" + part(CURLUPART_PORT, CURLU_DEFAULT_PORT);
  }
  bool is_of_this_machine() const {
    const std::string host = part(CURLUPART_HOST);
    return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
  }
  bool has_login() const { return !part(CURLUPART_USER).empty() || !part(CURLUPART_PASSWORD).empty(); }

 private:
  std::unique_ptr<CURLU, void (*)(CURLU*)> url_;
};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void check_hub(const std::string& address) {
  Url url;
  const bool fits = url.set(address) && !url.has_login() && url.part(CURLUPART_QUERY).empty() &&
                    (url.scheme() == "https" || (url.scheme() == "http" && url.is_of_this_machine()));
  if (fits) return;
  throw Error(ErrorCode::kInvalidArgument, "LECTERN_HUB is " + lectern::quoted(address) +
                                               ": it has to be an https address such as https://huggingface.co, or "
                                               "an http one of this machine.");
}

}  // namespace

Hub Hub::from_environment() {
  Hub hub;
  if (const auto address = variable("LECTERN_HUB"); !address.empty()) {
    check_hub(address);
    hub.address = address;
  }
  while (hub.address.ends_with('/')) hub.address.pop_back();
  hub.token = variable("HF_TOKEN");
  const bool plain = std::all_of(hub.token.begin(), hub.token.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (!plain)
    throw Error(ErrorCode::kInvalidArgument, "HF_TOKEN has characters that no token has: set it to the token alone.");
  return hub;
}

// Names of the catalogue need no escapes.
std::string file_address(const Hub& hub, const CatalogueModel& model, const ModelFile& file) {
  return hub.address + "/" + model.repository + "/resolve/" + model.revision + "/" + file.name;
}

std::string model_page(const Hub& hub, const CatalogueModel& model) { return hub.address + "/" + model.repository; }

std::string redirected(const std::string& address, const std::string& location) {
  Url from, to;
  const bool read = from.set(address) && to.set(address) && !location.empty() && to.set(location);
  const bool here = from.scheme() == "http" && from.is_of_this_machine();
  const bool safe = to.scheme() == "https" || (here && to.scheme() == "http" && to.is_of_this_machine());
  if (!read || !safe || to.has_login()) {
    throw Error(ErrorCode::kIo, "The hub sends the download to " + lectern::quoted(location) +
                                    ", which is no https address: it is not followed. Try again later, or set "
                                    "LECTERN_HUB to another hub.");
  }
  return to.part(CURLUPART_URL);
}

bool same_origin(const std::string& a, const std::string& b) {
  Url first, second;
  return first.set(a) && second.set(b) && first.origin() == second.origin();
}

}  // namespace lectern::hub
