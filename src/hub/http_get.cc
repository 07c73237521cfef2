#include "hub/http_get.h"

#include <curl/curl.h>

#include <exception>
#include <memory>
#include <mutex>
#include <new>

#include "lectern/error.h"

namespace lectern::hub {
namespace {

struct Transfer {
  const HttpGet& request;
  ResponseHead head;
  bool body_begun = false;
  std::exception_ptr thrown;

  bool has_body() const { return head.status == 200 || head.status == 206; }
  // Exceptions may not pass through libcurl. Returns whether the transfer goes on.
  template <typename F>
  bool guarded(F f) {
    try {
      f();
      return true;
    } catch (...) {
      thrown = std::current_exception();
      return false;
    }
  }
  void begin_body() {
    if (body_begun || !has_body()) return;
    body_begun = true;
    request.on_head(head);
  }
};

std::size_t on_header(char* data, std::size_t, std::size_t bytes, void* transfer) {
  auto& self = *static_cast<Transfer*>(transfer);
  return self.guarded([&] { read_head_line({data, bytes}, self.head); }) ? bytes : 0;
}

std::size_t on_body(char* data, std::size_t, std::size_t bytes, void* transfer) {
  auto& self = *static_cast<Transfer*>(transfer);
  if (!self.has_body()) return 0;  // of an error or a redirect: nobody reads it
  const bool goes_on = self.guarded([&] {
    self.begin_body();
    self.request.on_body({data, bytes});
  });
  return goes_on ? bytes : 0;
}

int on_progress(void* transfer, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Transfer*>(transfer)->request.stop.stop_requested() ? 1 : 0;
}

using Handle = std::unique_ptr<CURL, void (*)(CURL*)>;
using List = std::unique_ptr<curl_slist, void (*)(curl_slist*)>;

Handle new_handle() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  Handle handle(curl_easy_init(), curl_easy_cleanup);
  if (!handle) throw std::bad_alloc();
  return handle;
}

void add_header(List& list, const std::string& header) {
  curl_slist* longer = curl_slist_append(list.get(), header.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  (void)list.release();
  list.reset(longer);
}

List headers_of(const HttpGet& request) {
  List list(nullptr, curl_slist_free_all);
  if (!request.token.empty()) add_header(list, "Authorization: Bearer " + request.token);
  if (!request.if_range.empty()) add_header(list, "If-Range: " + request.if_range);
  return list;
}

template <typename T>
void set(const Handle& handle, CURLoption option, T value) {
  if (curl_easy_setopt(handle.get(), option, value) != CURLE_OK)
    throw Error(ErrorCode::kInternal, "libcurl takes no option " + std::to_string(option) + ": report it.");
}

void set_limits(const Handle& handle, const HttpGet& request) {
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_FOLLOWLOCATION, 0L);
  set(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  set(handle, CURLOPT_CONNECTTIMEOUT, static_cast<long>(request.connect_time.count()));
  set(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  set(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.stall_time.count()));
}

std::string failure_of(CURLcode code, const char* details, const Transfer& transfer) {
  if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && transfer.head.status != 0 && !transfer.has_body())) return {};
  if (code == CURLE_OPERATION_TIMEDOUT && transfer.head.status != 0) return "the hub stopped sending";
  return *details != '\0' ? details : curl_easy_strerror(code);
}

}  // namespace

HttpResult perform(const HttpGet& request) {
  const Handle handle = new_handle();
  const List headers = headers_of(request);
  Transfer transfer{request, {}, false, nullptr};
  char details[CURL_ERROR_SIZE] = "";
  const std::string range = std::to_string(request.offset) + "-";
  set(handle, CURLOPT_URL, request.address.c_str());
  set(handle, CURLOPT_USERAGENT, "lectern");
  set(handle, CURLOPT_ERRORBUFFER, details);
  set(handle, CURLOPT_HTTPHEADER, headers.get());
  if (request.offset > 0) set(handle, CURLOPT_RANGE, range.c_str());
  set(handle, CURLOPT_HEADERFUNCTION, &on_header);
  set(handle, CURLOPT_HEADERDATA, &transfer);
  set(handle, CURLOPT_WRITEFUNCTION, &on_body);
  set(handle, CURLOPT_WRITEDATA, &transfer);
  set(handle, CURLOPT_NOPROGRESS, 0L);
  set(handle, CURLOPT_XFERINFOFUNCTION, &on_progress);
  set(handle, CURLOPT_XFERINFODATA, &transfer);
  set_limits(handle, request);
  const CURLcode code = curl_easy_perform(handle.get());
  if (request.stop.stop_requested()) throw Error(ErrorCode::kCancelled, "The download was stopped.");
  if (transfer.thrown) std::rethrow_exception(transfer.thrown);
  if (code == CURLE_OK) transfer.begin_body();  // an empty one
  return {transfer.head, failure_of(code, details, transfer)};
}

}  // namespace lectern::hub
