#include "server/refusal_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "core/letters.h"
#include "server/log.h"

namespace lectern::server {
namespace {

constexpr double kLinesAtOnce = 1000, kLinesPerSecond = 10;
constexpr std::size_t kLongestTarget = 500;  // bytes of it that are shown
constexpr std::array<std::string_view, 4> kSecrets = {"key", "token", "secret", "password"};

bool names_secret(std::string_view parameter) {
  const auto name = lower(parameter.substr(0, parameter.find('=')));
  return std::ranges::any_of(kSecrets, [&](auto word) { return name.find(word) != std::string::npos; });
}

std::string shown(std::string_view target) {
  const auto query = std::min(target.find('?'), target.size());
  std::string text(target.substr(0, query));
  for (auto rest = target.substr(query); !rest.empty();) {
    const auto parameter = rest.substr(0, rest.find('&', 1));
    const bool hidden = names_secret(parameter) && parameter.find('=') != std::string_view::npos;
    text += hidden ? fmt::format("{}=…", parameter.substr(0, parameter.find('='))) : std::string(parameter);
    rest.remove_prefix(parameter.size());
  }
  return text.size() <= kLongestTarget ? text : text.substr(0, kLongestTarget) + "…";
}

}  // namespace

bool LineBudget::take(Clock::time_point now) {
  const std::chrono::duration<double> passed = now - std::exchange(last_, now);
  left_ = std::min(at_once_, left_ + passed.count() * per_second_);
  if (left_ < 1) {
    ++left_out_;
    return false;
  }
  --left_;
  return true;
}

std::int64_t LineBudget::take_left_out() { return std::exchange(left_out_, 0); }

void log_refusal(const HttpRequest& request, const ApiError& error) {
  static std::mutex mutex;
  static LineBudget budget(kLinesAtOnce, kLinesPerSecond);
  {
    const std::lock_guard lock(mutex);
    if (!budget.take(LineBudget::Clock::now())) return;
    if (const auto more = budget.take_left_out(); more > 0)
      log(fmt::format("refused: {} more, which came too fast", more));
  }
  const auto what = request.method.empty() ? "a request" : fmt::format("{} {}", request.method, shown(request.target));
  log(fmt::format("{}: {} {} of {}: {}", error.status() < 500 ? "refused" : "failed", error.status(), what,
                  request.client, error.what()));
}

}  // namespace lectern::server
