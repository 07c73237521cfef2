#include "cli/progress_bar.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "cli/terminal.h"
#include "hub/disk_space.h"

namespace lectern::cli {
namespace {

constexpr auto kPatience = std::chrono::seconds(1);
constexpr auto kRedraw = std::chrono::milliseconds(100);
constexpr int kBar = 20;  // columns

std::string duration(double seconds) {
  const auto whole = static_cast<std::int64_t>(seconds + 0.5);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{}:{:02} min", whole / 60, whole % 60);
  return fmt::format("{}:{:02} h", whole / 3600, whole % 3600 / 60);
}

bool counts_bytes(const Progress& progress) { return progress.unit == "bytes"; }

std::string count_text(const Progress& progress, std::int64_t done) {
  if (counts_bytes(progress))
    return hub::size_text(done) + (progress.total > 0 ? " of " + hub::size_text(progress.total) : "");
  const std::string total = progress.total > 0 ? " of " + grouped(progress.total) : "";
  return fmt::format("{}{} {}", grouped(done), total, progress.unit);
}

std::string rate_text(const Progress& progress, double rate) {
  if (counts_bytes(progress)) return hub::size_text(static_cast<std::int64_t>(rate));
  return rate < 10 ? fmt::format("{:.1f}", rate) : grouped(static_cast<std::int64_t>(rate));
}

}  // namespace

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  const std::size_t first = digits.front() == '-' ? 1 : 0;
  for (std::size_t i = digits.size(); i > first + 3;) digits.insert(i -= 3, ",");
  return digits;
}

std::string progress_line(const Progress& progress, double seconds, int width, std::int64_t before) {
  const auto done = std::max<std::int64_t>(progress.done, 0);
  std::string line = fmt::format("{:<8}", progress.stage);
  if (progress.total > 0) {
    const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(progress.total));
    const auto full = static_cast<std::size_t>(share * kBar);
    line += fmt::format(" [{}{}] {:3.0f}%", std::string(full, '#'), std::string(kBar - full, '.'), share * 100);
  }
  line += "  " + count_text(progress, done);
  const double rate = seconds > 0 ? static_cast<double>(done - std::min(before, done)) / seconds : 0;
  if (rate > 0) {
    line += ", " + rate_text(progress, rate) + "/s";
    if (progress.total > done)
      line += fmt::format(", {} left", duration(static_cast<double>(progress.total - done) / rate));
  }
  if (!progress.detail.empty()) line += "  " + one_line(progress.detail);
  // One column stays free: terminals differ in what writing to the last one does.
  std::size_t bytes = 0;
  for (int columns = 1; bytes < line.size() && columns < width; ++columns) {
    do ++bytes;
    while (bytes < line.size() && (static_cast<unsigned char>(line[bytes]) & 0xc0u) == 0x80u);
  }
  return line.substr(0, bytes);
}

std::string counted(std::int64_t number, std::string_view what) {
  return grouped(number) + " " + std::string(what) + (number == 1 ? "" : "s");
}

ProgressBar::ProgressBar(bool shown) : shown_(shown && is_terminal(STDERR_FILENO)) {}

ProgressBar::~ProgressBar() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
}

void ProgressBar::update(const Progress& progress) {
  if (!shown_) return;
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  auto started = started_.find(progress.stage);
  if (started == started_.end()) started = started_.emplace(progress.stage, Start{now, progress.done}).first;
  const auto [begin, before] = started->second;
  if (now - begin < kPatience || now - last_draw_ < kRedraw) return;
  last_draw_ = now;
  drawn_ = true;
  const double seconds = std::chrono::duration<double>(now - begin).count();
  std::fprintf(stderr, "\r%s\x1b[K", progress_line(progress, seconds, terminal_width(STDERR_FILENO), before).c_str());
}

ProgressCallback ProgressBar::callback() {
  if (!shown_) return {};
  return [this](const Progress& progress) { update(progress); };
}

}  // namespace lectern::cli
