// The model-definition API: ops on symbolic values. A definition reads like a paper's pseudo-code; what it builds is
// lowered by the compiler, so nothing here knows a checkpoint, a machine or a kernel.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "graph/weight.h"

namespace lectern::graph {

/// What a value has a row for.
enum class Rows { kTokens, kSequences, kOutputs };

/// The result of an op: F32 [rows, columns].
struct Value {
  int node = -1;
  Rows rows = Rows::kTokens;
  std::int64_t columns = 0;
};

/// Collectives and routed linears would be further ops, an adapter a further attribute of kLinear.
enum class Op {
  kEmbedding,
  kLinear,
  kRmsNorm,
  kLayerNorm,
  kRotaryTable,
  kRope,
  kAttention,
  kEncoderAttention,
  kGate,
  kActivation,
  kAdd,
  kGatherOutputs,
  kMeanPool,
};
std::string_view name(Op op);

enum class Activation { kSilu, kGelu, kGeluTanh };

/// Which row of an embedding's table a token reads.
enum class Ids { kTokens, kPositions, kZeros };

struct Rope {
  int heads = 0;
  int head_dim = 0;
  bool interleaved = false;  // pairs (2i, 2i + 1); else (i, i + half)
};

struct Attention {
  int heads = 0;
  int kv_heads = 0;
  int head_dim = 0;
  int window = 0;  // keys that a token sees, itself included; 0: all
  float scale = 0;
  int kv_group = -1, kv_layer = -1;  // filled in by the graph
};

struct EncoderAttention {
  int heads = 0;
  int head_dim = 0;
  float scale = 0;
};

struct Eps {
  float value = 0;
};
struct RotaryTable {
  float attention_factor = 1;
};

using Attributes = std::variant<std::monostate, Ids, Eps, RotaryTable, Rope, Attention, EncoderAttention, Activation>;

struct Node {
  Op op = Op::kAdd;
  std::vector<Value> inputs;
  std::vector<Weight> weights;
  Attributes attributes;
  Value output;
};

/// Layers that share heads, dimension and window, and so a block table.
struct KvGroup {
  int layers = 0;
  int kv_heads = 0;
  int head_dim = 0;
  int window = 0;
};

/// Every method checks shapes and throws Error kInvalidArgument naming the op and what it was given.
class Graph {
 public:
  Value embedding(const Weight& table, Ids ids = Ids::kTokens);
  Value linear(Value x, const Weight& matrix, const std::optional<Weight>& bias = {});  // x Wᵀ + bias
  Value rms_norm(Value x, const Weight& weight, float eps);
  Value layer_norm(Value x, const Weight& weight, const Weight& bias, float eps);
  /// Cosines and sines of each token's position: [tokens, 2 × frequencies].
  Value rotary_table(const Weight& frequencies, float attention_factor = 1);
  Value rope(Value x, Value table, const Rope& attributes);
  /// Causal, over the keys and values of the token's sequence, which it remembers.
  Value attention(Value q, Value k, Value v, const Attention& attributes);
  Value encoder_attention(Value q, Value k, Value v, const EncoderAttention& attributes);
  Value gate(Value gate, Value up, Activation activation);  // activation(gate) * up
  Value activation(Value x, Activation activation);
  Value add(Value a, Value b);
  Value gather_outputs(Value x);  // the rows whose logits are wanted
  Value mean_pool(Value x);       // a normalised mean for each sequence

  void set_result(Value value);

  const std::vector<Node>& nodes() const { return nodes_; }
  const std::vector<KvGroup>& kv_groups() const { return kv_groups_; }
  Value result() const { return result_; }

 private:
  Value append(Op op, std::vector<Value> inputs, std::vector<Weight> weights, Attributes attributes, Value shape);

  std::vector<Node> nodes_;
  std::vector<KvGroup> kv_groups_;
  Value result_;
};

}  // namespace lectern::graph
