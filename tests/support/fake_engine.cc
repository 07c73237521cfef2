#include "fake_engine.h"

#include <chrono>
#include <cmath>
#include <exception>
#include <thread>

namespace lectern::test {
namespace {

constexpr std::string_view kStartText = "<|im_start|>", kEndText = "<|im_end|>";

class ByteDecoder final : public IncrementalDecoder {
 public:
  std::string next(TokenId token) override { return token < 256 ? std::string(1, static_cast<char>(token)) : ""; }
  std::string finish() override { return {}; }
};

class FakeGeneration final : public Generation {
 public:
  FakeGeneration(Request request, std::vector<std::string> reply, bool fails, bool hangs,
                 std::shared_ptr<std::atomic<int>> cancelled, double agrees)
      : cancelled_(std::move(cancelled)),
        agrees_(agrees),
        thread_([this, request = std::move(request), reply = std::move(reply), fails, hangs] {
          run(request, reply, fails, hangs);
        }) {}

  void cancel() override {
    if (!stop_.exchange(true)) ++*cancelled_;
  }
  const Completion& wait() override {
    const std::lock_guard lock(mutex_);
    if (thread_.joinable()) thread_.join();
    if (failure_) std::rethrow_exception(failure_);
    return completion_;
  }
  bool done() const override { return done_; }

 private:
  void run(const Request& request, const std::vector<std::string>& reply, bool fails, bool hangs) {
    completion_.prompt_tokens = static_cast<int>(request.prompt.size());
    completion_.finish = FinishReason::kStop;
    report_logits(request);
    for (const auto& piece : reply) {
      if (stop_) break;
      completion_.tokens.push_back(0);
      completion_.text += piece;
      if (request.on_token) request.on_token(0, piece);
      if (static_cast<int>(completion_.tokens.size()) == request.sampling.max_tokens) {
        completion_.finish = FinishReason::kLength;
        break;
      }
    }
    while (hangs && !request.on_prompt_logits && !stop_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (stop_) completion_.finish = FinishReason::kCancelled;
    if (fails)
      failure_ = std::make_exception_ptr(Error(ErrorCode::kOutOfMemory, "The fake engine fails as it was told to."));
    done_ = true;
    if (request.on_done) request.on_done();
  }

  void report_logits(const Request& request) const {
    if (!request.on_prompt_logits) return;
    std::vector<float> logits(258, -100);
    logits['y'] = static_cast<float>(std::log(agrees_ + 1e-9));
    logits['n'] = static_cast<float>(std::log(1 - agrees_ + 1e-9));
    for (int i = request.prompt_logits_from; i < completion_.prompt_tokens; ++i) request.on_prompt_logits(i, logits);
  }

  std::shared_ptr<std::atomic<int>> cancelled_;
  double agrees_;
  std::atomic<bool> stop_ = false, done_ = false;
  Completion completion_;
  std::exception_ptr failure_;
  std::mutex mutex_;
  std::jthread thread_;  // last: it uses the others
};

}  // namespace

std::vector<TokenId> FakeTokenizer::encode(std::string_view text, const EncodeOptions& options) const {
  std::vector<TokenId> tokens;
  for (std::size_t i = 0; i < text.size();) {
    const auto rest = text.substr(i);
    if (options.parse_special_tokens && rest.starts_with(kStartText)) {
      tokens.push_back(kStart);
      i += kStartText.size();
    } else if (options.parse_special_tokens && rest.starts_with(kEndText)) {
      tokens.push_back(kEnd);
      i += kEndText.size();
    } else {
      tokens.push_back(static_cast<unsigned char>(text[i++]));
    }
  }
  return tokens;
}

std::string FakeTokenizer::decode(std::span<const TokenId> tokens, bool keep_special) const {
  std::string text;
  for (const TokenId token : tokens) {
    if (token < 256) text += static_cast<char>(token);
    // Unlike any text, so that a test tells a special token from its spelling.
    else if (keep_special)
      text += token == kStart ? "\x01" : "\x02";
  }
  return text;
}

std::unique_ptr<IncrementalDecoder> FakeTokenizer::incremental_decoder(bool) const {
  return std::make_unique<ByteDecoder>();
}

std::string FakeTokenizer::apply_chat_template(std::span<const Message> messages) const {
  std::string text;
  for (const auto& message : messages) {
    if (message.role == "system" && !takes_system) throw Error(ErrorCode::kInvalidArgument, "No system role.");
    text += std::string(kStartText) + message.role + "\n" + message.content + std::string(kEndText) + "\n";
  }
  return text + std::string(kStartText) + "assistant\n";
}

FakeEngine::FakeEngine() {
  info_.family = "fake";
  info_.name = "fake";
  info_.generates = true;
  info_.context_length = 8192;
  info_.vocabulary_size = tokenizer_.vocabulary_size();
}

std::shared_ptr<Generation> FakeEngine::submit(Request request) {
  {
    const std::lock_guard lock(mutex_);
    prompts_.push_back(tokenizer_.decode(request.prompt, true));
  }
  return std::make_shared<FakeGeneration>(std::move(request), reply, fails, hangs, cancelled_, agrees);
}

std::vector<std::vector<float>> FakeEngine::embed(std::span<const std::vector<TokenId>>) {
  throw Error(ErrorCode::kInvalidArgument, "The fake engine does not embed.");
}

std::vector<std::string> FakeEngine::prompts() const {
  const std::lock_guard lock(mutex_);
  return prompts_;
}

}  // namespace lectern::test
