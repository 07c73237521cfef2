#!/usr/bin/env python3
"""Lectern beside llama.cpp on one GGUF, alternating, as a Markdown table of medians and of the median ratio.

usage: compare.py MODEL.gguf --peer 'COMMAND' [--lectern PATH] [--rounds N] [--threads T]

COMMAND prints one JSON line with prefill_tok_s and decode_tok_s, each a map from input length or batch size to tokens a
second. Nothing else should run meanwhile.
"""
import argparse
import json
import os
import shlex
import statistics
import subprocess

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("model")
parser.add_argument("--peer", required=True)
parser.add_argument("--lectern", default="build/release/bin/lectern")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()


def last_json(command):
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True,
                         env=dict(os.environ, THREADS=str(options.threads), RUNS="1")).stdout
    return json.loads(out.strip().splitlines()[-1])


def lectern(input_len, output_len):
    return last_json([options.lectern, "bench", options.model, "--json", "--threads", str(options.threads), "--input-len",
                      str(input_len), "--output-len", str(output_len), "--concurrency", "1", "--requests", "3"])


def one_round():
    ours = {f"prefill at {n}": lectern(n, 2)["prefill_tok_s"] for n in (128, 512, 2048)}
    ours["decode at batch 1"] = lectern(128, 128)["decode_tok_s"]
    peer = last_json(shlex.split(options.peer) + [options.model, "--quick"])
    theirs = {f"prefill at {n}": v for n, v in peer["prefill_tok_s"].items()}
    theirs["decode at batch 1"] = peer["decode_tok_s"]["1"]
    return {what: (ours[what], theirs[what]) for what in ours if what in theirs}


rounds = [one_round() for _ in range(options.rounds)]
print(f"`{os.path.basename(options.model)}`, {options.threads} threads, medians of {options.rounds} alternating rounds, "
      "tokens a second\n")
print("| | Lectern | peer | ratio |\n|---|---|---|---|")
for what in rounds[0]:
    pairs = [r[what] for r in rounds]
    print(f"| {what} | {statistics.median(a for a, _ in pairs):.1f} | {statistics.median(b for _, b in pairs):.1f} | "
          f"{statistics.median(a / b for a, b in pairs):.2f} |")
