#include "runtime/cpu_program.h"

#include <chrono>

#include "runtime/cpu_binder.h"

namespace lectern::runtime {
namespace {

// One overload an op: the kernel that takes these arguments.
struct Call {
  const kernels::KernelTable& kernels;
  Team& team;

  void operator()(const kernels::EmbeddingArgs& args) const { kernels.embedding(args, team); }
  void operator()(const kernels::RmsNormArgs& args) const { kernels.rms_norm(args, team); }
  void operator()(const kernels::LayerNormArgs& args) const { kernels.layer_norm(args, team); }
  void operator()(const kernels::LinearArgs& args) const { kernels.linear(args, team); }
  void operator()(const kernels::RotaryTableArgs& args) const { kernels.rotary_table(args, team); }
  void operator()(const kernels::RopeArgs& args) const { kernels.rope(args, team); }
  void operator()(const kernels::KvWriteArgs& args) const { kernels.kv_write(args, team); }
  void operator()(const kernels::AttentionArgs& args) const { kernels.attention(args, team); }
  void operator()(const kernels::EncoderAttentionArgs& args) const { kernels.encoder_attention(args, team); }
  void operator()(const kernels::GatedActivationArgs& args) const { kernels.gated_activation(args, team); }
  void operator()(const kernels::ActivationArgs& args) const { kernels.activation(args, team); }
  void operator()(const kernels::AddArgs& args) const { kernels.add(args, team); }
  void operator()(const kernels::GatherRowsArgs& args) const { kernels.gather_rows(args, team); }
  void operator()(const kernels::QuantizeArgs& args) const { kernels.quantize(args, team); }
  void operator()(const kernels::MeanPoolArgs& args) const { kernels.mean_pool(args, team); }
  void operator()(const kernels::GatedLinearArgs& args) const { kernels.gated_linear(args, team); }
  void operator()(const kernels::ActivatedLinearArgs& args) const { kernels.activated_linear(args, team); }
  void operator()(const kernels::QkvLinearArgs& args) const { kernels.qkv_linear(args, team); }
};

}  // namespace

CpuProgram::CpuProgram(const formats::EngineFile& file, Isa isa, const StepMemory& memory)
    : memory_(memory), kernels_(kernels::cpu_kernels(isa)) {
  CpuBinder(file, isa, memory, *this).bind();
}

void CpuProgram::prepare() {
  for (auto& [view, rows] : views_) view->rows = memory_.rows(rows);
  for (auto& call : calls_) call.idle = memory_.rows(call.rows) == 0;
}

void CpuProgram::run(Team& team) const {
  const Call run{kernels_, team};
  for (const auto& call : calls_) {
    if (!call.idle) std::visit(run, call.args);
  }
}

std::size_t CpuProgram::run(Team& team, std::size_t first, const std::function<bool()>& leave) const {
  const Call run{kernels_, team};
  for (std::size_t i = first; i < calls_.size(); ++i) {
    if (calls_[i].idle) continue;
    if (i > first && team.broadcast(team.rank() == 0 && leave())) return i;
    std::visit(run, calls_[i].args);
  }
  return calls_.size();
}

void CpuProgram::run(Team& team, std::span<double> seconds) const {
  using Clock = std::chrono::steady_clock;
  const Call run{kernels_, team};
  auto began = Clock::now();
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    if (!calls_[i].idle) std::visit(run, calls_[i].args);
    if (team.rank() != 0) continue;
    const auto ended = Clock::now();
    seconds[i] += std::chrono::duration<double>(ended - began).count();
    began = ended;
  }
}

}  // namespace lectern::runtime
