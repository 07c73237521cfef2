#!/usr/bin/env python3
"""Decode at the end of a long context, Lectern beside llama.cpp on the same synthetic model, as a Markdown table.

usage: long_context.py --tokenizer MODEL.gguf --peer PYTHON [--scratch DIR] [--context N] [--output N] [--rounds N]

Makes a GGUF of the llama family with seeded random weights (Q8_0) and the tokenizer of MODEL.gguf. Each side reads a prompt
that leaves just the room for --output tokens and generates these; only their time counts. The sides take turns: llama.cpp
keeps its filled context between the rounds (once with flash attention and once without, the better counts), Lectern reads
a prompt anew each time. Memory: what the engine plans (its file, its step's buffers, keys and values of every token) beside
what its process had.

This interpreter needs numpy and the package gguf, PYTHON llama-cpp-python. Nothing else should run meanwhile.
"""
import argparse
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

SHAPE = {"layers": 4, "width": 1024, "ffn": 2816, "heads": 16, "kv_heads": 4, "head_dim": 64}
STEP_ROWS = {"token": 512, "sequence": 64, "output": 128}  # what a step of the engine holds


# What runs in the peer's interpreter: fills the context, then decodes once for each line that it reads.
def peer_main(model, flash, context_length, output, threads):
    import ctypes

    import llama_cpp as llama

    quiet = llama.llama_log_callback(lambda level, text, data: None)
    llama.llama_log_set(quiet, ctypes.c_void_p(0))
    llama.llama_backend_init()
    loaded = llama.llama_model_load_from_file(model.encode(), llama.llama_model_default_params())
    vocabulary_size = llama.llama_vocab_n_tokens(llama.llama_model_get_vocab(loaded))
    params = llama.llama_context_default_params()
    params.n_ctx, params.n_batch, params.n_ubatch, params.n_seq_max = context_length, 2048, 512, 1
    params.n_threads = params.n_threads_batch = threads
    params.flash_attn_type = flash
    context = llama.llama_init_from_model(loaded, params)

    def step(first, count):
        batch = llama.llama_batch_init(count, 0, 1)
        batch.n_tokens = count
        for i in range(count):
            batch.token[i], batch.pos[i], batch.n_seq_id[i] = (first + i) * 7919 % vocabulary_size, first + i, 1
            batch.seq_id[i][0], batch.logits[i] = 0, int(i == count - 1)
        if llama.llama_decode(context, batch) != 0:
            raise SystemExit("llama_decode failed")
        llama.llama_synchronize(context)
        llama.llama_batch_free(batch)

    prompt = context_length - output
    began = time.perf_counter()
    for first in range(0, prompt, 2048):
        step(first, min(2048, prompt - first))
    print(json.dumps({"prefill_tok_s": prompt / (time.perf_counter() - began)}), flush=True)
    for _ in sys.stdin:
        llama.llama_memory_seq_rm(llama.llama_get_memory(context), 0, prompt, -1)
        began = time.perf_counter()
        for i in range(prompt, context_length):
            step(i, 1)
        print(json.dumps({"decode_tok_s": output / (time.perf_counter() - began)}), flush=True)


class Peer:
    def __init__(self, flash):
        command = [options.peer, __file__, "--as-peer", str(model), flash, options.context, options.output, options.threads]
        self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.prefill = self.answer()["prefill_tok_s"]

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("llama.cpp ended.")
        return json.loads(line)

    def decode(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.answer()["decode_tok_s"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def make_model(path):
    import gguf
    import numpy

    source = gguf.GGUFReader(options.tokenizer)
    random = numpy.random.default_rng(1)
    vocabulary = len(source.fields["tokenizer.ggml.tokens"].data)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("synthetic long context")
    writer.add_context_length(options.context)
    writer.add_embedding_length(SHAPE["width"])
    writer.add_block_count(SHAPE["layers"])
    writer.add_feed_forward_length(SHAPE["ffn"])
    writer.add_head_count(SHAPE["heads"])
    writer.add_head_count_kv(SHAPE["kv_heads"])
    writer.add_rope_dimension_count(SHAPE["head_dim"])
    writer.add_rope_freq_base(500000.0)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(vocabulary)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    for key, field in source.fields.items():
        if key.startswith("tokenizer.") and key != "tokenizer.chat_template":
            writer.add_key_value(key, field.contents(), field.types[0], field.types[-1] if len(field.types) > 1 else None)

    def matrix(name, rows, columns):
        values = random.standard_normal((rows, columns), dtype=numpy.float32) * columns ** -0.5
        writer.add_tensor(name, gguf.quants.quantize(values, gguf.GGMLQuantizationType.Q8_0),
                          raw_dtype=gguf.GGMLQuantizationType.Q8_0)

    def norm(name):
        writer.add_tensor(name, numpy.ones(SHAPE["width"], numpy.float32))

    width, q, kv = SHAPE["width"], SHAPE["heads"] * SHAPE["head_dim"], SHAPE["kv_heads"] * SHAPE["head_dim"]
    matrix("token_embd.weight", vocabulary, width)
    norm("output_norm.weight")
    for layer in range(SHAPE["layers"]):
        prefix = f"blk.{layer}."
        norm(prefix + "attn_norm.weight")
        norm(prefix + "ffn_norm.weight")
        matrix(prefix + "attn_q.weight", q, width)
        matrix(prefix + "attn_k.weight", kv, width)
        matrix(prefix + "attn_v.weight", kv, width)
        matrix(prefix + "attn_output.weight", width, q)
        matrix(prefix + "ffn_gate.weight", SHAPE["ffn"], width)
        matrix(prefix + "ffn_up.weight", SHAPE["ffn"], width)
        matrix(prefix + "ffn_down.weight", width, SHAPE["ffn"])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def lectern(*arguments):
    return subprocess.run([options.lectern, *map(str, arguments)], stdout=subprocess.PIPE, text=True, check=True).stdout


def bench():
    return json.loads(lectern("bench", engine, "--json", "--threads", options.threads, "--concurrency", 1, "--requests", 1,
                              "--input-len", options.context - options.output, "--output-len", options.output))


def planned_bytes():
    inspected = lectern("inspect", engine)
    buffers = sum(rows * int(re.search(rf"(\d+) B an? {what}", inspected)[1]) for what, rows in STEP_ROWS.items())
    keys_and_values = 2 * 2 * SHAPE["layers"] * SHAPE["kv_heads"] * SHAPE["head_dim"] * options.context
    return {"engine file": engine.stat().st_size, "step's buffers": buffers, "keys and values": keys_and_values}


if sys.argv[1:2] == ["--as-peer"]:
    peer_main(sys.argv[2], *map(int, sys.argv[3:]))
    raise SystemExit

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--tokenizer", required=True)
parser.add_argument("--peer", required=True, help="a Python interpreter with llama-cpp-python")
parser.add_argument("--scratch", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()))
parser.add_argument("--context", type=int, default=32768)
parser.add_argument("--output", type=int, default=128)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--lectern", default="build/release/bin/lectern")
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()

options.scratch.mkdir(parents=True, exist_ok=True)
model = options.scratch / f"synthetic-{options.context}.gguf"
engine = model.with_suffix(".lectern")
if not model.exists():
    make_model(unfinished := model.with_suffix(".part"))
    unfinished.rename(model)
lectern("compile", model, "-o", engine)

peers = {"flash attention": Peer(1), "without it": Peer(0)}
rounds = []
for _ in range(options.rounds):
    ours = bench()
    rounds.append((ours, {name: peer.decode() for name, peer in peers.items()}))
for peer in peers.values():
    peer.close()

print(f"{SHAPE['layers']} layers of width {SHAPE['width']}, {SHAPE['heads']} heads of {SHAPE['head_dim']} on "
      f"{SHAPE['kv_heads']} of keys and values, Q8_0; the last {options.output} of {options.context:,} tokens; "
      f"{options.threads} threads, {rounds[0][0]['isa']}; medians of {options.rounds} rounds, tokens a second\n")
print("| | Lectern | " + " | ".join(f"llama.cpp, {name}" for name in peers) + " | ratio to the better |")
print("|---|---|" + "---|" * len(peers) + "---|")


def line(what, ours, theirs, ratio):
    print(f"| {what} | {ours:,.1f} | " + " | ".join(f"{value:,.1f}" for value in theirs) + f" | {ratio:.2f} |")


line("decode", statistics.median(1000 / ours["tpot_ms"]["p50"] for ours, _ in rounds),
     [statistics.median(theirs[name] for _, theirs in rounds) for name in peers],
     statistics.median(1000 / ours["tpot_ms"]["p50"] / max(theirs.values()) for ours, theirs in rounds))
prefill = statistics.median(ours["prefill_tok_s"] for ours, _ in rounds)
line("prefill of all before", prefill, [peer.prefill for peer in peers.values()],
     prefill / max(peer.prefill for peer in peers.values()))
plan = planned_bytes()
print("\nMemory in MiB: planned " + f"{sum(plan.values()) / 2**20:.1f} (" +
      ", ".join(f"{name} {size / 2**20:.1f}" for name, size in plan.items()) + "), resident at the end " +
      f"{statistics.median(ours['rss_bytes'] for ours, _ in rounds) / 2**20:.1f}")
