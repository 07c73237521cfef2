#include "formats/json_text.h"

#include <nlohmann/json.hpp>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/paths.h"
#include "lectern/error.h"

namespace lectern::formats {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 32;
constexpr std::size_t kMaxValues = std::size_t{4} << 20;  // about 100 bytes each once parsed

[[noreturn]] void refuse(std::string_view what, const std::string& why) {
  throw Error(ErrorCode::kCorrupt, std::string(what) + " " + why);
}

// Watches the parser, so that a bad text is refused before it takes memory.
class Bounds {
 public:
  explicit Bounds(std::string_view what) : what_(what) {}

  bool operator()(int depth, json::parse_event_t event, const json& parsed) {
    if (depth > kMaxDepth) refuse(what_, "nests JSON more than " + std::to_string(kMaxDepth) + " deep.");
    if (event == json::parse_event_t::object_start) keys_.emplace_back();
    if (event == json::parse_event_t::object_end) keys_.pop_back();
    if (event == json::parse_event_t::key && !keys_.back().insert(parsed.get_ref<const std::string&>()).second) {
      refuse(what_, "has the key " + parsed.dump(-1, ' ', true).substr(0, 200) + " twice in one object.");
    }
    if (event != json::parse_event_t::key && ++values_ > kMaxValues) {
      refuse(what_, "holds more than " + std::to_string(kMaxValues) + " values.");
    }
    return true;
  }

 private:
  std::string_view what_;
  std::vector<std::unordered_set<std::string>> keys_;  // of the objects that are open
  std::size_t values_ = 0;
};

}  // namespace

json parse_json(std::string_view text, std::string_view what) {
  Bounds bounds(what);
  try {
    return json::parse(text, std::ref(bounds));
  } catch (const json::parse_error& error) {
    refuse(what, "is not valid JSON, at byte " + std::to_string(error.byte) + ". Is the file damaged?");
  } catch (const json::exception&) {
    refuse(what, "holds a number that is too large.");
  }
}

}  // namespace lectern::formats
