#include "models/name_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lectern/error.h"

namespace lectern::models {
namespace {

struct Role {
  std::string_view role;
  std::string_view gguf;
  std::string_view decoder;  // Hugging Face's LlamaForCausalLM, Qwen2ForCausalLM
  std::string_view encoder;  // Hugging Face's BertModel
};

// {} is the layer.
constexpr auto kRoles = std::to_array<Role>({
    {"embedding", "token_embd", "model.embed_tokens", "embeddings.word_embeddings"},
    {"position_embedding", "position_embd", "", "embeddings.position_embeddings"},
    {"segment_embedding", "token_types", "", "embeddings.token_type_embeddings"},
    {"embedding_norm", "token_embd_norm", "", "embeddings.LayerNorm"},
    {"attention_norm", "blk.{}.attn_norm", "model.layers.{}.input_layernorm", ""},
    {"query", "blk.{}.attn_q", "model.layers.{}.self_attn.q_proj", "encoder.layer.{}.attention.self.query"},
    {"key", "blk.{}.attn_k", "model.layers.{}.self_attn.k_proj", "encoder.layer.{}.attention.self.key"},
    {"value", "blk.{}.attn_v", "model.layers.{}.self_attn.v_proj", "encoder.layer.{}.attention.self.value"},
    {"attention_output", "blk.{}.attn_output", "model.layers.{}.self_attn.o_proj",
     "encoder.layer.{}.attention.output.dense"},
    {"attention_output_norm", "blk.{}.attn_output_norm", "", "encoder.layer.{}.attention.output.LayerNorm"},
    {"ffn_norm", "blk.{}.ffn_norm", "model.layers.{}.post_attention_layernorm", ""},
    {"ffn_gate", "blk.{}.ffn_gate", "model.layers.{}.mlp.gate_proj", ""},
    {"ffn_up", "blk.{}.ffn_up", "model.layers.{}.mlp.up_proj", "encoder.layer.{}.intermediate.dense"},
    {"ffn_down", "blk.{}.ffn_down", "model.layers.{}.mlp.down_proj", "encoder.layer.{}.output.dense"},
    {"layer_output_norm", "blk.{}.layer_output_norm", "", "encoder.layer.{}.output.LayerNorm"},
    {"output_norm", "output_norm", "model.norm", ""},
    {"output", "output", "lm_head", ""},
    {"rope_factors", "rope_freqs", "", ""},
});

}  // namespace

std::vector<std::string> tensor_names(formats::CheckpointFormat format, std::string_view role, int layer) {
  const auto entry = std::find_if(kRoles.begin(), kRoles.end(), [&](const Role& r) { return r.role == role; });
  if (entry == kRoles.end()) throw Error(ErrorCode::kInternal, fmt::format("no tensor has the role {}", role));
  const auto in_layer = [&](std::string_view pattern) { return fmt::format(fmt::runtime(pattern), layer); };
  if (format == formats::CheckpointFormat::kGguf) return {in_layer(entry->gguf)};
  std::vector<std::string> names;
  if (!entry->decoder.empty()) names.push_back(in_layer(entry->decoder));
  if (!entry->encoder.empty()) {
    names.push_back(in_layer(entry->encoder));
    names.push_back("bert." + names.back());
  }
  return names;
}

}  // namespace lectern::models
