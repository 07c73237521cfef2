// Running an engine file: generation and embeddings for many requests at once.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lectern/error.h"
#include "lectern/grammar.h"
#include "lectern/tokenizer.h"

namespace lectern {

/// How keys and values are stored. kAuto: kBF16 where the processor multiplies that itself (avx512_bf16), else kF16.
/// With kBF16 queries and weights are rounded to BF16 too.
enum class KvType { kAuto, kF16, kBF16, kF32 };

struct EngineOptions {
  int threads = 0;           // 0: one for each core; fixed by the first engine of the process
  std::size_t kv_bytes = 0;  // memory for KV blocks; 0: a quarter of the machine's, no more than 64 full contexts
  int block_size = 32;       // tokens in a KV block, a multiple of 16
  int step_tokens = 512;     // tokens in one step, prefill and decode together
  int max_sequences = 64;    // requests in one step
  KvType kv_type = KvType::kAuto;
  bool prefix_cache = true;
};

struct SamplingOptions {
  double temperature = 0;  // 0: greedy
  int top_k = 0;           // 0: all
  double top_p = 1;        // 0: the likeliest alone
  std::uint64_t seed = 0;  // the same seed and prompt give the same tokens, whatever else runs
  int max_tokens = 512;
  bool ignore_end = false;        // goes on past the model's end tokens
  std::vector<std::string> stop;  // text at which the answer ends; not part of it
  // What the logits become before the temperature: less `presence_penalty` for each token that the answer holds, less
  // `frequency_penalty` each time that it does, and with what `logit_bias` adds.
  double presence_penalty = 0;
  double frequency_penalty = 0;
  std::vector<std::pair<TokenId, float>> logit_bias = {};
  /// What the answer has to look like; null: anything. It ends as soon as it is whole, and within `max_tokens` where
  /// they suffice for the shortest one. It does not go with `ignore_end` and `stop`.
  std::shared_ptr<const Grammar> grammar = {};
};

struct TokenLogprob {
  TokenId token = 0;
  float logprob = 0;  // natural, of the model's own distribution: at temperature 1, without penalties and bias
};

struct TokenLogprobs {
  TokenLogprob chosen;
  std::vector<TokenLogprob> top;  // the likeliest, best first
  bool begins_text = false;       // the token is the first of a text (Tokenizer::token_bytes)
};

struct Request {
  std::vector<TokenId> prompt;
  SamplingOptions sampling;
  bool continues_prompt = false;  // the answer is more of the prompt's text: a blank that it begins with is kept
  bool prefix_cache = true;       // may share KV blocks with other requests of the same beginning
  /// Several tokens may come of one step: guesses, taken from what the sequence says or reads where its last tokens
  /// stood before (prompt lookup; Saxena 2023), are checked together. The tokens are the same with it and without, the
  /// sampled ones too. It is done only where it pays.
  bool draft = true;
  /// Tokens of the prompt, [begin, end), that the answer is likely to repeat, the likeliest passage first. Guesses come
  /// from what follows them in the prompt (the question), then from there, then from elsewhere.
  int passages_begin = 0, passages_end = 0;
  /// Called on the engine's thread with the logits after each prompt token, in order: [vocabulary].
  std::function<void(int position, std::span<const float> logits)> on_prompt_logits;
  /// The first position whose logits are wanted: those cost more than the token, and what stands before them alone may
  /// come from the prefix cache.
  int prompt_logits_from = 0;
  /// How many of the likeliest tokens `on_logprobs` is told beside the chosen one.
  int top_logprobs = 0;
  /// Called on the engine's thread for each token of the answer, before `on_token`.
  std::function<void(const TokenLogprobs& logprobs)> on_logprobs;
  /// Called on the engine's thread with each token and the text that it completes (often empty).
  std::function<void(TokenId token, std::string_view text)> on_token;
  /// Called on the engine's thread, last of all: `wait` does not block any more, and the request's KV blocks are free.
  /// It must not throw.
  std::function<void()> on_done;
};

enum class FinishReason { kStop, kLength, kCancelled };

struct Completion {
  std::vector<TokenId> tokens;  // those generated, the end token left out
  std::string text;
  FinishReason finish = FinishReason::kStop;
  int prompt_tokens = 0;
  int cached_tokens = 0;    // of the prompt, found in the prefix cache
  double queue_ms = 0;      // from submission to the step that took it first
  double ttft_ms = 0;       // from submission to the first token
  double tpot_ms = 0;       // mean time of each token after the first
  int drafted_tokens = 0;   // guesses that were checked
  int accepted_tokens = 0;  // those of them that were right
};

/// A request under way. Dropping it does not cancel it.
class Generation {
 public:
  virtual ~Generation() = default;
  /// Takes effect within one step; `wait` then returns what there is, with kCancelled.
  virtual void cancel() = 0;
  /// Blocks until the request is done. Throws what went wrong with this request alone.
  virtual const Completion& wait() = 0;
  virtual bool done() const = 0;
};

struct ModelInfo {
  std::string family;  // "llama", "qwen2", "bert"
  std::string name;
  bool generates = false;  // a decoder; otherwise an encoder for `embed`
  int context_length = 0;  // tokens; for an encoder, those that it reads of one text
  int vocabulary_size = 0;
  int embedding_size = 0;
  std::uint64_t weight_bytes = 0;
  std::string content_hash;  // of the checkpoint, hexadecimal
  std::string isa;           // the kernels in use
};

/// How large steps were, by powers of two.
struct StepSizes {
  std::array<std::int64_t, 14> steps = {};  // [i] had up to 2^i, and more than 2^(i-1)
  std::int64_t sum = 0;                     // of all sizes

  void add(int size) {
    const auto power = static_cast<std::size_t>(std::bit_width(static_cast<unsigned>(size > 1 ? size - 1 : 0)));
    ++steps[std::min(power, steps.size() - 1)];
    sum += size;
  }
};

struct EngineStatistics {
  std::int64_t kv_blocks_total = 0;
  std::int64_t kv_blocks_free = 0;  // not held by a running request; cached ones count as free
  std::int64_t preemptions = 0;
  std::int64_t steps = 0;
  std::int64_t prompt_tokens = 0;
  std::int64_t cached_tokens = 0;
  std::int64_t generated_tokens = 0;
  std::int64_t drafted_tokens = 0;
  std::int64_t accepted_tokens = 0;
  StepSizes step_requests, step_tokens;  // of a decoder: requests that shared a step, and their tokens in it
};

/// Every method is safe to call from any thread; one thread of the engine's own runs the steps.
class Engine {
 public:
  virtual ~Engine() = default;

  virtual const ModelInfo& info() const = 0;
  virtual const Tokenizer& tokenizer() const = 0;
  virtual EngineStatistics statistics() const = 0;
  virtual int threads() const = 0;

  /// Throws Error: kTooLong (the prompt leaves no room in the context), kInvalidArgument (a token outside the
  /// vocabulary, an encoder), kOutOfMemory (it could never fit the KV budget).
  virtual std::shared_ptr<Generation> submit(Request request) = 0;

  /// One vector a text, [embedding_size], normalised; `texts` are token ids with their special tokens. A text longer
  /// than the context is an error (kTooLong): cut it first. Throws kInvalidArgument for a decoder.
  virtual std::vector<std::vector<float>> embed(std::span<const std::vector<TokenId>> texts) = 0;
};

/// Maps an engine file (see compile.h for checkpoints) and starts its engine.
/// Throws Error: kNotFound, kCorrupt, kVersion (another format version, a target that this machine lacks),
/// kOutOfMemory.
std::unique_ptr<Engine> load_engine(const std::filesystem::path& engine_file, const EngineOptions& options = {});

}  // namespace lectern
