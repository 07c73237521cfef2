#include "runtime/embedding_queue.h"

#include <algorithm>
#include <numeric>

namespace lectern::runtime {
namespace {

constexpr std::size_t kFewTokens = 2048;
constexpr int kMostInARow = 4;  // steps of questions, while others wait

bool is_question(const EmbeddingJob* job) { return job->question; }

}  // namespace

EmbeddingJob::EmbeddingJob(std::span<const std::vector<TokenId>> all)
    : texts(all), order(all.size()), vectors(all.size()) {
  std::size_t tokens = 0;
  for (const auto& text : texts) tokens += text.size();
  question = tokens <= kFewTokens;
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return texts[a].size() > texts[b].size(); });
}

std::vector<EmbeddingQueue::Item> EmbeddingQueue::take(int tokens, int texts) {
  const auto others = std::stable_partition(jobs_.begin(), jobs_.end(), is_question);
  const bool mixed = others != jobs_.begin() && others != jobs_.end();
  const auto questions = static_cast<std::size_t>(others - jobs_.begin());
  const bool turn_of_others = mixed && steps_of_questions_ >= kMostInARow;
  steps_of_questions_ = mixed && !turn_of_others ? steps_of_questions_ + 1 : 0;
  if (turn_of_others) std::rotate(jobs_.begin(), others, jobs_.end());
  std::vector<Item> items;
  auto left = static_cast<std::size_t>(tokens);
  for (std::size_t turn = mixed && !turn_of_others ? questions : jobs_.size(); turn > 0; --turn) {
    EmbeddingJob& job = *jobs_.front();
    jobs_.pop_front();
    for (; job.taken < job.order.size() && items.size() < static_cast<std::size_t>(texts); ++job.taken) {
      const std::size_t text = job.order[job.taken];
      const std::size_t size = job.texts[text].size();
      if (size > left && !items.empty()) break;
      left -= std::min(size, left);
      items.push_back({&job, text});
    }
    if (job.taken < job.order.size()) jobs_.push_back(&job);
  }
  return items;
}

void EmbeddingQueue::drop_failed() {
  std::erase_if(jobs_, [](const auto* job) { return job->failure != nullptr; });
}

}  // namespace lectern::runtime
