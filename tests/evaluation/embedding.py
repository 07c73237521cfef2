#!/usr/bin/env python3
"""Lectern's embeddings beside sentence-transformers' on the same texts: word pieces a second, alternating, and cosines.

usage: embedding.py MODEL_FOLDER TEXT... [--lectern PROGRAM] [--peer PYTHON] [--texts N] [--rounds N] [--threads N]

TEXT: PDFs (through pdftotext) or plain files, cut into pieces of 130 words; those that the model cannot read whole are left
out. Of Lectern the whole process is
timed, loading and printing included, of sentence-transformers `encode` alone, in batches of 32. PYTHON is an interpreter
with sentence-transformers. Nothing else should run meanwhile.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time


def peer(folder, file, threads):
    import torch
    from sentence_transformers import SentenceTransformer
    torch.set_num_threads(threads)
    model = SentenceTransformer(folder, device="cpu")
    texts = open(file, encoding="utf-8").read().split("\n")[:-1]
    lengths = [len(ids) for ids in model.tokenizer(texts)["input_ids"]]
    texts = [text for text, length in zip(texts, lengths) if length <= model.max_seq_length]
    pieces = sum(length for length in lengths if length <= model.max_seq_length)
    with open(file, "w", encoding="utf-8") as out:
        out.writelines(text + "\n" for text in texts)
    model.encode(texts[:32], batch_size=32)
    print(len(texts), flush=True)
    for _ in sys.stdin:  # a round for each line
        began = time.perf_counter()
        vectors = model.encode(texts, batch_size=32, normalize_embeddings=True)
        seconds = time.perf_counter() - began
        print(json.dumps({"seconds": seconds, "pieces": pieces, "vectors": [list(map(float, v)) for v in vectors]}), flush=True)


def pieces_of(paths, count):
    pieces = []
    for path in paths:
        if path.endswith(".pdf"):
            text = subprocess.run(["pdftotext", path, "-"], check=True, stdout=subprocess.PIPE).stdout.decode("utf-8", "replace")
        else:
            text = open(path, encoding="utf-8", errors="replace").read()
        words = text.split()
        pieces += [" ".join(words[i:i + 130]) for i in range(0, len(words), 130)]
    step = max(1, len(pieces) // count)
    return pieces[::step][:count]


if sys.argv[1:2] == ["--peer-process"]:
    peer(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    sys.exit()

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("model")
parser.add_argument("text", nargs="+")
parser.add_argument("--lectern", default="build/release/bin/lectern")
parser.add_argument("--peer", default=sys.executable)
parser.add_argument("--texts", type=int, default=500)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()

texts = pieces_of(options.text, options.texts)
with tempfile.TemporaryDirectory() as folder:
    file = os.path.join(folder, "texts.txt")
    with open(file, "w", encoding="utf-8") as out:
        out.writelines(text + "\n" for text in texts)
    ours_command = [options.lectern, "embed", options.model, "--file", file, "--threads", str(options.threads), "--json"]
    process = subprocess.Popen([options.peer, __file__, "--peer-process", options.model, file, str(options.threads)],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    count = int(process.stdout.readline())
    subprocess.run(ours_command, check=True, stdout=subprocess.DEVNULL)  # compiled, and in the page cache
    ours, theirs = [], []
    for _ in range(options.rounds):
        process.stdin.write("\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        theirs.append(answer["seconds"])
        began = time.perf_counter()
        lines = subprocess.run(ours_command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
        ours.append(time.perf_counter() - began)
    process.stdin.close()
    process.wait()

vectors = [json.loads(line)["embedding"] for line in lines]
cosines = [sum(a * b for a, b in zip(*pair)) for pair in zip(vectors, answer["vectors"], strict=True)]
pieces = answer["pieces"]
print(f"{count} texts, {pieces} word pieces, {options.threads} threads; medians of {options.rounds} alternating rounds\n")
print("| | word pieces a second |\n|---|---|")
print(f"| Lectern | {pieces / statistics.median(ours):.0f} |\n| sentence-transformers | {pieces / statistics.median(theirs):.0f} |")
print(f"\nratio {statistics.median(b / a for a, b in zip(ours, theirs)):.2f}; "
      f"cosine mean {statistics.mean(cosines):.5f}, worst {min(cosines):.5f}")
