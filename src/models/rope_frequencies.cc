#include "models/rope_frequencies.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/paths.h"
#include "lectern/error.h"
#include "models/weights.h"

namespace lectern::models {
namespace {

using formats::Checkpoint;
using formats::CheckpointFormat;

struct Scaling {
  std::string type = "none";  // "none", "linear", "llama3", "yarn"
  double factor = 1;
  double original_context = 0;
  double low_frequency = 1, high_frequency = 4;  // llama3
  double beta_fast = 32, beta_slow = 1;          // yarn: turns within the original context
  double attention_factor = 0;                   // yarn's; 0: from the factor
};

double positive(const Checkpoint& checkpoint, const std::string& key, std::optional<double> otherwise = {}) {
  const double value = checkpoint.number(key, otherwise);
  if (!(value > 0 && value < 1e12)) {
    throw Error(ErrorCode::kCorrupt, fmt::format("{}: {} is {}, and must be a positive number. The file is damaged.",
                                                 quoted(checkpoint.path()), key, value));
  }
  return value;
}

Scaling read_gguf(const Checkpoint& checkpoint, const DecoderConfig& config) {
  const std::string prefix = checkpoint.family() + ".rope.scaling.";
  Scaling s;
  s.type = checkpoint.text(prefix + "type", "none");
  if (s.type == "none") return s;
  s.factor = positive(checkpoint, prefix + "factor", 1.0);
  s.original_context = positive(checkpoint, prefix + "original_context_length", config.context_length);
  s.beta_fast = positive(checkpoint, prefix + "yarn_beta_fast", s.beta_fast);
  s.beta_slow = positive(checkpoint, prefix + "yarn_beta_slow", s.beta_slow);
  if (checkpoint.find_metadata(prefix + "attn_factor")) {
    s.attention_factor = positive(checkpoint, prefix + "attn_factor") * (1 + 0.1 * std::log(s.factor));
  }
  return s;
}

Scaling read_hugging_face(const Checkpoint& checkpoint, const DecoderConfig& config) {
  const bool renamed = checkpoint.find_metadata("rope_parameters.rope_type") != nullptr;
  const std::string prefix = renamed ? "rope_parameters." : "rope_scaling.";
  Scaling s;
  s.type = checkpoint.text(prefix + "rope_type", checkpoint.text(prefix + "type", "none"));
  if (s.type == "default") s.type = "none";
  if (s.type == "none") return s;
  s.factor = positive(checkpoint, prefix + "factor");
  s.original_context = positive(checkpoint, prefix + "original_max_position_embeddings", config.context_length);
  s.low_frequency = positive(checkpoint, prefix + "low_freq_factor", s.low_frequency);
  s.high_frequency = positive(checkpoint, prefix + "high_freq_factor", s.high_frequency);
  s.beta_fast = positive(checkpoint, prefix + "beta_fast", s.beta_fast);
  s.beta_slow = positive(checkpoint, prefix + "beta_slow", s.beta_slow);
  if (checkpoint.find_metadata(prefix + "attention_factor")) {
    s.attention_factor = positive(checkpoint, prefix + "attention_factor");
  }
  return s;
}

double base_of(const Checkpoint& checkpoint) {
  if (checkpoint.format() == CheckpointFormat::kGguf) {
    return positive(checkpoint, checkpoint.family() + ".rope.freq_base", 10000.0);
  }
  return positive(checkpoint, "rope_theta",
                  checkpoint.find_metadata("rope_parameters.rope_theta")
                      ? positive(checkpoint, "rope_parameters.rope_theta")
                      : 10000.0);
}

// Long waves are stretched, short ones kept, those between blended.
double llama3(double frequency, const Scaling& s) {
  const double turns = s.original_context * frequency / (2 * std::numbers::pi);
  if (turns > s.high_frequency) return frequency;
  if (turns < s.low_frequency) return frequency / s.factor;
  const double blend = (turns - s.low_frequency) / (s.high_frequency - s.low_frequency);
  return (1 - blend) * frequency / s.factor + blend * frequency;
}

void apply_yarn(std::vector<double>& frequencies, const Scaling& s, double base) {
  const double dims = 2.0 * static_cast<double>(frequencies.size());
  // The index whose wave turns `turns` times within the original context.
  const auto index_of = [&](double turns) {
    return dims * std::log(s.original_context / (turns * 2 * std::numbers::pi)) / (2 * std::log(base));
  };
  const double low = std::max(std::floor(index_of(s.beta_fast)), 0.0);
  const double high = std::min(std::ceil(index_of(s.beta_slow)), dims - 1);
  for (std::size_t i = 0; i < frequencies.size(); ++i) {
    const double ramp = std::clamp((static_cast<double>(i) - low) / std::max(high - low, 0.001), 0.0, 1.0);
    frequencies[i] = frequencies[i] / s.factor * ramp + frequencies[i] * (1 - ramp);
  }
}

}  // namespace

RopeFrequencies rope_frequencies(const Checkpoint& checkpoint, const DecoderConfig& config) {
  const bool gguf = checkpoint.format() == CheckpointFormat::kGguf;
  const Scaling scaling = gguf ? read_gguf(checkpoint, config) : read_hugging_face(checkpoint, config);
  const double base = base_of(checkpoint);
  const int half = config.rotated / 2;
  std::vector<double> frequencies(static_cast<std::size_t>(half));
  for (int i = 0; i < half; ++i) frequencies[static_cast<std::size_t>(i)] = std::pow(base, -2.0 * i / config.rotated);

  RopeFrequencies result;
  if (scaling.type == "linear") {
    for (double& f : frequencies) f /= scaling.factor;
  } else if (scaling.type == "llama3") {
    for (double& f : frequencies) f = llama3(f, scaling);
  } else if (scaling.type == "yarn") {
    apply_yarn(frequencies, scaling, base);
    result.attention_factor = static_cast<float>(
        scaling.attention_factor > 0 ? scaling.attention_factor : 1 + 0.1 * std::log(std::max(scaling.factor, 1.0)));
  } else if (scaling.type != "none") {
    throw Error(ErrorCode::kUnsupported,
                fmt::format("{}: rope scaling \"{}\" is not known; linear, llama3 and yarn are.",
                            quoted(checkpoint.path()), to_valid_utf8(scaling.type)));
  }

  // GGUF carries Llama 3's scaling as a divisor for each frequency.
  const auto divisors = Weights(checkpoint).values("rope_factors", half);
  for (std::size_t i = 0; i < frequencies.size(); ++i) {
    if (divisors) frequencies[i] /= (*divisors)[i];
    result.values.push_back(static_cast<float>(frequencies[i]));
    if (!std::isfinite(result.values.back())) {
      throw Error(ErrorCode::kCorrupt, fmt::format("{}: its rope frequencies are not numbers. The file is damaged.",
                                                   quoted(checkpoint.path())));
    }
  }
  return result;
}

}  // namespace lectern::models
