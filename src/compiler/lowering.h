// From a graph to kernel calls over virtual buffers. This page is also the contract between compiler and runtime: what
// the operands, weights and attributes of each KernelCall of an engine file mean.
//
// Conventions
//   - Operands are columns of a buffer. An operand of a kI8G32 buffer is always the whole row (column 0, all columns).
//   - A call runs over the rows of its output's kind (its first input's where it has no output): Batch::tokens,
//     Batch::sequences or Batch::outputs. gather_rows and mean_pool read a buffer of another kind.
//   - Optional weights that are absent are -1; optional inputs come last and are left out.
//   - Matrices (WeightSpec::packed) are packed for the target; every other weight is a vector of F32, rows = 1.
//   - Attributes are numbers: booleans are 0 or 1, `activation` is the value of kernels::Activation.
//   - A weight may be used by several calls (a tied head is the embedding's table).
//
// op                 inputs              weights               output           attributes
// embedding          -                   table, packed or not  F32 [T, w]       ids (0: token ids, 1: positions,
//                                                                                2: row 0 of the table for every row)
// rms_norm           x F32               weight                F32 or kI8G32    eps
// layer_norm         x F32               weight, bias          F32 or kI8G32    eps            (out may be x)
// linear             x [, residual F32]  matrix, bias or -1,   F32              [eps]
//                      [, room]          norm or -1
//                      x has the type that kernels::activation_type(target, matrix) names; residual may be the output
//                      operand itself. With a norm (rms_norm's weight) x is F32, and room is a buffer of the type that
//                      x had without one: the normalized rows may be kept there during the call.
// gated_linear       x [, room]          as linear's           F32 or kI8G32    activation [, eps]
//                      linear, then gated_activation; the matrix has two rows for each output, the gate's first.
// activated_linear   x [, room]          as linear's           F32 or kI8G32    activation [, eps]
//                      linear, then activation.
// qkv_linear         x [, table]         as linear's           F32 [T, q]       group, layer, q_heads, k_heads,
// v_heads,
//                      [, room]                                or none          rotates, interleaved [, eps]
//                      linear, then rope of queries and keys by the table where rotates is 1, then kv_write. The
//                      matrix has the queries' rows, then the keys', then the values'; each count of heads may be 0.
// rotary_table       -                   frequencies           F32 [T, 2 half]  half, attention_factor
//                      frequencies: [half], radians a position, the model's scaling already in them.
// rope               x, table            -                     x itself         heads, head_dim, interleaved
//                      x: [T, heads * head_dim] columns of a buffer, rotated in place; the first 2 half values of each
//                      head turn, where half = the table's columns / 2.
// kv_write           k, v F32            -                     none (-1)        group, layer
//                      layer counts from 0 inside the KV group; heads and head_dim are the group's.
// attention          q F32               -                     F32 or kI8G32    group, layer, heads, window, scale
//                      causal; window as in the group (0: all). Follows its layer's kv_write.
// encoder_attention  q, k, v F32         -                     F32 or kI8G32    heads, head_dim, scale
// gated_activation   x F32 [R, 2 w]      -                     F32 or kI8G32    activation     (x = gate, then up)
// activation         x F32               -                     F32 or kI8G32    activation
// add                a, b F32            -                     F32 or kI8G32    -              (out may be a or b)
// gather_rows        x F32 of tokens     -                     F32 or kI8G32    -              (out has a row for each
//                                                                                of Batch::output_rows)
// quantize           x F32               -                     kI8G32           -
// mean_pool          x F32 of tokens     -                     F32 of sequences -              (normalised)
//
// EngineHeader::result is the buffer of logits [outputs, vocabulary] or of embeddings [sequences, width], F32.
#pragma once

#include <vector>

#include "compiler/program.h"
#include "graph/graph.h"

namespace lectern::compiler {

/// One call for each op, every value in a buffer of its own, but for the values that a kernel reads or changes in one:
/// queries, keys and values of one input side by side, a gate beside its counterpart, rotated values in place.
/// Nothing is fused or quantized yet: that is what the passes do.
Program lower(const graph::Graph& graph);

}  // namespace lectern::compiler
