// The header of a small engine file.
#pragma once

#include <string>

#include "formats/engine_file.h"

namespace lectern::support {

/// A decoder of one layer, more or less: two buffers of the step, logits, three weights.
inline formats::EngineHeader small_header() {
  using formats::Rows;
  formats::EngineHeader header;
  header.config = {"llama", "Small \xe4\xb8\xad", true, 128, 10, 32, 1};
  header.target = "avx2";
  header.source_hash = std::string(64, 'a');
  header.precision = "keep";
  header.kv_groups = {{1, 2, 16, 0}};
  header.token_arena = 512;
  header.output_arena = 64;
  header.buffers = {{"hidden", DType::kF32, Rows::kTokens, 32, 128, 0},
                    {"quantized", DType::kI8G32, Rows::kTokens, 32, 256, 128},
                    {"logits", DType::kF32, Rows::kOutputs, 10, 64, 0}};
  header.weights = {{"norm", DType::kF32, 1, 32, false, 128, 128, 0},
                    {"rows", DType::kQ8_0, 3, 64, false, 256, 204, 0},
                    {"table", DType::kQ4_1, 10, 32, true, 0, 100, 0}};
  header.program = {{"embedding", {}, {2}, {0, 0, 32}, {}},
                    {"rms_norm", {{0, 0, 32}}, {0}, {1, 0, 32}, {{"eps", 1e-5}, {"third", 1.0 / 3}}},
                    {"linear", {{1, 0, 32}, {-1, 0, 0}}, {2, -1}, {2, 0, 10}, {}}};
  header.result = 2;
  return header;
}

}  // namespace lectern::support
