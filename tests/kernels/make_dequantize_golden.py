#!/usr/bin/env python3
"""Writes dequantize_golden.h: one row of random blocks of each format, and what ggml's own Python package makes of it.

Needs numpy and gguf:  python make_dequantize_golden.py > dequantize_golden.h
"""
import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, quants

# format, its enum here, blocks in the row, byte offsets of the F16 fields in a block
FORMATS = [
    ("F16", "kF16", 16, [0]),
    ("BF16", "kBF16", 16, []),
    ("Q4_0", "kQ4_0", 3, [0]),
    ("Q4_1", "kQ4_1", 3, [0, 2]),
    ("Q8_0", "kQ8_0", 3, [0]),
    ("Q4_K", "kQ4_K", 1, [0, 2]),
    ("Q5_K", "kQ5_K", 1, [0, 2]),
    ("Q6_K", "kQ6_K", 1, [208]),
]


def random_row(rng, name, blocks, halves):
    _, block_bytes = GGML_QUANT_SIZES[GGMLQuantizationType[name]]
    row = rng.integers(0, 256, (blocks, block_bytes), dtype=np.uint8)
    if name == "BF16":
        row = rng.standard_normal(blocks).astype(np.float32).view(np.uint8).reshape(blocks, 4)[:, 2:].copy()
    for at in halves:
        row[:, at : at + 2] = rng.normal(0, 0.1, blocks).astype(np.float16).view(np.uint8).reshape(blocks, 2)
    if name == "Q8_0":
        row[:, 2] = 0x80  # -128, which ggml never writes but the format can hold
    return row.reshape(1, -1)


def lines(items, per_line):
    return "\n".join("     " + " ".join(items[i : i + per_line]) for i in range(0, len(items), per_line))


def main():
    rng = np.random.default_rng(20260)
    print("// Made by make_dequantize_golden.py; not for editing.")
    print("#pragma once\n\n#include <cstdint>\n#include <vector>\n\n#include \"core/dtype.h\"\n")
    print("namespace lectern::kernels::golden {\n")
    print("struct Row {\n  DType type;\n  std::vector<std::uint8_t> bytes;\n  std::vector<float> values;\n};\n")
    print("// clang-format off\ninline const std::vector<Row> kRows = {")
    for name, enum, blocks, halves in FORMATS:
        row = random_row(rng, name, blocks, halves)
        values = quants.dequantize(row, GGMLQuantizationType[name]).reshape(-1)
        print(f"    {{DType::{enum},\n     {{")
        print(lines([f"{b}," for b in row.reshape(-1)], 24))
        print("     },\n     {")
        print(lines([float(v).hex().replace("0000000p", "p") + "f," for v in values], 7))
        print("     }},")
    print("};\n// clang-format on\n\n}  // namespace lectern::kernels::golden")


if __name__ == "__main__":
    main()
