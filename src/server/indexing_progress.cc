#include "server/indexing_progress.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/clock.h"

namespace lectern::server {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kFirstRate = 0.5;  // seconds after which a rate means something

Json json_of(const char* stage, const char* unit, std::int64_t done, std::int64_t total, const std::string& file) {
  return {{"stage", stage}, {"unit", unit}, {"done", done}, {"total", std::max(done, total)}, {"file", file}};
}

}  // namespace

void IndexingProgress::update(const Progress& progress) {
  stage_ = progress.stage;
  if (!progress.detail.empty()) file_ = progress.detail;
  Count& count = progress.stage == "embed" ? pieces_ : documents_;
  if (count.since == Clock::time_point{}) {
    count.since = Clock::now();
    count.before = progress.done;
  }
  count.done = progress.done;
  count.total = progress.total;
}

Json IndexingProgress::json() const {
  const bool embeds = pieces_.total > 0;
  const Count& count = embeds ? pieces_ : documents_;
  std::int64_t total = count.total;
  if (embeds && documents_.done > 0) {  // as many pieces a document as so far
    const double each = static_cast<double>(pieces_.total) / static_cast<double>(documents_.done);
    total = std::max(total, static_cast<std::int64_t>(std::llround(each * static_cast<double>(documents_.total))));
  }
  Json json =
      json_of(embeds ? "embed" : stage_.c_str(), embeds ? "word pieces" : "documents", count.done, total, file_);
  const double seconds = seconds_since(count.since);
  const bool known = count.done > count.before && seconds >= kFirstRate;
  const double rate = static_cast<double>(count.done - count.before) / seconds;
  json["per_second"] = known ? Json(std::round(rate * 10) / 10) : Json(nullptr);
  json["seconds_left"] =
      known ? Json(std::ceil(static_cast<double>(std::max<std::int64_t>(total - count.done, 0)) / rate))
            : Json(nullptr);
  json["documents_read"] = documents_.done;
  json["documents_total"] = documents_.total;
  return json;
}

Json queued_json() {
  Json json = json_of("queued", "documents", 0, 0, "");
  for (const char* unknown : {"per_second", "seconds_left"}) json[unknown] = nullptr;
  for (const char* count : {"documents_read", "documents_total"}) json[count] = 0;
  return json;
}

}  // namespace lectern::server
