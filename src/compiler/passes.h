// Passes over a program, in the order that `build_program` runs them.
#pragma once

#include "compiler/program.h"
#include "compiler/weight_store.h"

namespace lectern::compiler {

/// x W + bias, then + y, becomes one linear with y as its residual.
void fuse_residuals(Program& program);

/// Moves gather_rows up through ops that work row by row, so that what follows the last attention runs for the outputs
/// alone. (Of a prompt of n tokens one row is wanted: this saves the last layer's feed-forward part of the others.)
void narrow_to_outputs(Program& program);

/// Linears of the same input that write side by side become one, where the types of their matrices agree: queries, keys
/// and values; a gate and its counterpart.
void fuse_linears(Program& program, const WeightStore& weights);

/// Ropes of adjacent heads become one.
void fuse_ropes(Program& program);

/// Gives linears the activations that their matrices want: the op before writes them quantized where all its readers
/// want that, else a quantize call does.
void quantize_activations(Program& program, const WeightStore& weights);

/// A linear and the gated_activation or activation that alone reads its output become a gated_linear or an
/// activated_linear.
void fuse_activations(Program& program);

/// The linears that make queries, keys and values, the rope of these and the kv_write become qkv_linears: nothing but
/// the queries is stored on the way to attention. It comes after `fuse_linears` and `fuse_ropes`.
void fuse_qkv(Program& program);

/// An rms_norm that nothing but matrices read becomes part of them; its output's buffer becomes their room. It comes
/// after the passes that change which ops have a matrix.
void fuse_norms(Program& program);

/// An output takes its input's buffer where the kernel can work in place and nobody reads the input again: so the
/// residual stream is one buffer. It comes last: from here on a buffer holds several values, one after another.
void reuse_in_place(Program& program);

}  // namespace lectern::compiler
