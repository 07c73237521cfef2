// Every kernel by name: how the compiler names one in an engine file, and how the executor finds it.
#pragma once

#include <optional>
#include <string_view>

#include "core/isa.h"
#include "core/worker_pool.h"
#include "kernels/ops.h"

namespace lectern::kernels {

/// The closed set of ops, under the names that engine files use.
enum class Op {
  kEmbedding,
  kRmsNorm,
  kLayerNorm,
  kLinear,
  kRotaryTable,
  kRope,
  kKvWrite,
  kAttention,
  kEncoderAttention,
  kGatedActivation,
  kActivation,
  kAdd,
  kGatherRows,
  kQuantize,
  kMeanPool,
  kGatedLinear,
  kQkvLinear,
  kActivatedLinear,
};

std::string_view name(Op op);  // "embedding", "rms_norm", …
std::optional<Op> op_from_name(std::string_view name);

/// One instruction set's kernels. Every worker of a region calls the same kernel with the same arguments.
struct KernelTable {
  void (*embedding)(const EmbeddingArgs&, Team&);
  void (*rms_norm)(const RmsNormArgs&, Team&);
  void (*layer_norm)(const LayerNormArgs&, Team&);
  void (*linear)(const LinearArgs&, Team&);
  void (*rotary_table)(const RotaryTableArgs&, Team&);
  void (*rope)(const RopeArgs&, Team&);
  void (*kv_write)(const KvWriteArgs&, Team&);
  void (*attention)(const AttentionArgs&, Team&);
  void (*encoder_attention)(const EncoderAttentionArgs&, Team&);
  void (*gated_activation)(const GatedActivationArgs&, Team&);
  void (*activation)(const ActivationArgs&, Team&);
  void (*add)(const AddArgs&, Team&);
  void (*gather_rows)(const GatherRowsArgs&, Team&);
  void (*quantize)(const QuantizeArgs&, Team&);
  void (*mean_pool)(const MeanPoolArgs&, Team&);
  void (*gated_linear)(const GatedLinearArgs&, Team&);
  void (*qkv_linear)(const QkvLinearArgs&, Team&);
  void (*activated_linear)(const ActivatedLinearArgs&, Team&);
};

/// The kernels for `isa`; the machine must have it.
const KernelTable& cpu_kernels(Isa isa);

}  // namespace lectern::kernels
