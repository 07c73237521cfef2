#include "compiler/pipeline.h"

#include <fmt/format.h>

#include "compiler/lowering.h"
#include "compiler/passes.h"
#include "compiler/tokenizer_import.h"
#include "core/paths.h"
#include "kernels/registry.h"
#include "lectern/error.h"
#include "models/registry.h"
#include "text/tokenizer_data.h"

namespace lectern::compiler {
namespace {

constexpr std::uint64_t kAlignment = 64;

// Of each weight: looked up where nothing but embeddings reads it.
std::vector<WeightUse> uses_of_weights(const Program& program) {
  std::vector<WeightUse> uses(program.weights.size(), WeightUse::kLookedUp);
  for (const formats::KernelCall& call : program.calls) {
    if (call.op == kernels::name(kernels::Op::kEmbedding)) continue;
    for (const int weight : call.weights) {
      if (weight >= 0) uses[static_cast<std::size_t>(weight)] = WeightUse::kMultiplied;
    }
  }
  return uses;
}

// Fills in the weights' entries, one after another. Returns the section's size.
std::uint64_t lay_out(const Program& program, const WeightStore& weights, std::span<const WeightUse> uses,
                      std::vector<formats::WeightSpec>& specs) {
  std::uint64_t end = 0;
  for (std::size_t i = 0; i < program.weights.size(); ++i) {
    formats::WeightSpec spec = weights.spec(program.weights[i], uses[i]);
    spec.offset = end;
    end += (spec.bytes + kAlignment - 1) / kAlignment * kAlignment;
    specs.push_back(std::move(spec));
  }
  return end;
}

bool quantizes_floats(WeightPrecision precision, bool generates) {
  return precision == WeightPrecision::kQ8 || (precision == WeightPrecision::kAuto && !generates);
}

void check_heads(const Program& program, const formats::Checkpoint& checkpoint, Isa target) {
  const auto check = [&](std::int64_t head_dim) {
    if (kernels::can_attend(target, head_dim)) return;
    throw Error(ErrorCode::kUnsupported,
                fmt::format("{}: {} has no attention for heads of {}; compiling for \"scalar\" may do.",
                            quoted(checkpoint.path()), lectern::name(target), head_dim));
  };
  for (const formats::KvGroup& group : program.kv_groups) check(group.head_dim);
  for (const formats::KernelCall& call : program.calls) {
    if (call.op == kernels::name(kernels::Op::kEncoderAttention)) {
      check(static_cast<std::int64_t>(call.attributes.at("head_dim")));
    }
  }
}

// Made once here: a vocabulary that cannot work is refused while there is a checkpoint to name.
void check_tokenizer(const formats::Checkpoint& checkpoint, const text::TokenizerData& data) {
  try {
    text::make_tokenizer(data);
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("{}: {}", quoted(checkpoint.path()), error.what()));
  }
}

}  // namespace

Program build_program(const graph::Graph& graph, const WeightStore& weights) {
  Program program = lower(graph);
  fuse_residuals(program);
  narrow_to_outputs(program);
  fuse_linears(program, weights);
  fuse_ropes(program);
  quantize_activations(program, weights);
  fuse_activations(program);
  fuse_qkv(program);
  fuse_norms(program);
  reuse_in_place(program);
  return program;
}

void write_engine(const formats::Checkpoint& checkpoint, const formats::ModelConfig& config, Program program,
                  const WeightStore& weights, const EngineOutput& output) {
  const Arenas arenas = plan_memory(program);
  const std::vector<WeightUse> uses = uses_of_weights(program);
  const text::TokenizerData tokenizer = import_tokenizer(checkpoint);
  check_tokenizer(checkpoint, tokenizer);
  formats::EngineHeader header;
  header.config = config;
  header.target = lectern::name(weights.target());
  header.source_hash = output.source_hash;
  header.precision = name(output.precision);
  header.kv_groups = program.kv_groups;
  header.token_arena = arenas.tokens;
  header.sequence_arena = arenas.sequences;
  header.output_arena = arenas.outputs;
  header.buffers = std::move(program.buffers);
  header.program = std::move(program.calls);
  header.result = program.result;
  const std::uint64_t total = lay_out(program, weights, uses, header.weights);

  std::uint64_t done = 0;
  const auto report = [&] {
    if (output.stop.stop_requested()) throw Error(ErrorCode::kCancelled, "Compiling was stopped on request.");
    if (!output.progress) return;
    output.progress({.stage = "compile",
                     .unit = "MiB",
                     .done = static_cast<std::int64_t>(done >> 20),
                     .total = static_cast<std::int64_t>(total >> 20),
                     .detail = checkpoint.path().native()});
  };
  report();
  formats::write_engine_file(output.path, std::move(header), text::serialize(tokenizer), tokenizer.chat_template,
                             [&](int index, std::span<std::byte> out) {
                               const auto i = static_cast<std::size_t>(index);
                               weights.write(program.weights[i], uses[i], out);
                               done += out.size();
                               report();
                             });
}

Isa target_of(const CompileOptions& options) {
  if (options.target.empty()) return active_isa();
  if (const auto isa = isa_from_name(options.target)) return *isa;
  throw Error(ErrorCode::kInvalidArgument,
              fmt::format("The target \"{}\" is not known: scalar, avx2 and avx512 are.", options.target));
}

std::string_view name(WeightPrecision precision) {
  constexpr std::string_view kNames[] = {"auto", "keep", "q8"};
  return kNames[static_cast<int>(precision)];
}

void compile_checkpoint(const formats::Checkpoint& checkpoint, const CompileOptions& options,
                        const EngineOutput& output) {
  const models::Model model = models::build_model(checkpoint);
  const WeightStore weights(checkpoint, target_of(options), quantizes_floats(output.precision, model.config.generates));
  Program program = build_program(model.graph, weights);
  check_heads(program, checkpoint, weights.target());
  write_engine(checkpoint, model.config, std::move(program), weights, output);
}

}  // namespace lectern::compiler
