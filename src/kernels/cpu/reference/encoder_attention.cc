#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/cpu/kernels.h"
#include "kernels/cpu/row_store.h"

namespace lectern::kernels::scalar {
namespace {

// One row of one head.
void attend(const EncoderAttentionArgs& args, std::int64_t row, int head) {
  const Batch& batch = *args.batch;
  const auto* next = std::upper_bound(batch.sequence_starts, batch.sequence_starts + batch.sequences, row);
  const std::int64_t begin = next[-1];
  const std::int64_t end = next[0];
  const std::int64_t column = static_cast<std::int64_t>(head) * args.head_dim;
  const float* q = args.q.row<float>(row) + column;

  std::vector<float> weights(static_cast<std::size_t>(end - begin));
  for (std::int64_t j = begin; j < end; ++j) {
    const float* k = args.k.row<float>(j) + column;
    float dot = 0;
    for (int d = 0; d < args.head_dim; ++d) dot += q[d] * k[d];
    weights[static_cast<std::size_t>(j - begin)] = dot * args.scale;
  }
  const float largest = *std::max_element(weights.begin(), weights.end());
  float total = 0;
  for (float& w : weights) total += w = std::exp(w - largest);

  std::vector<float> out(static_cast<std::size_t>(args.head_dim));
  for (std::int64_t j = begin; j < end; ++j) {
    const float* v = args.v.row<float>(j) + column;
    const float w = weights[static_cast<std::size_t>(j - begin)] / total;
    for (std::size_t d = 0; d < out.size(); ++d) out[d] += w * v[d];
  }
  store_row_part(args.out, row, column, args.head_dim, out.data());
}

}  // namespace

void encoder_attention(const EncoderAttentionArgs& args, Team& team) {
  team.parallel_for(args.q.rows, [&](std::int64_t row) {
    for (int head = 0; head < args.heads; ++head) attend(args, row, head);
  });
}

}  // namespace lectern::kernels::scalar
