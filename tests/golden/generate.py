#!/usr/bin/env python3
"""Golden values from Hugging Face Transformers on the checkpoints' own dequantized weights, with FP32 activations.

usage: generate.py MODELS [QWEN.gguf]     (needs torch, transformers, accelerate, gguf, sentence-transformers; the tests need none)

Writes beside itself:
  smollm2_logits.bin, qwen_logits.bin   i32 tokens, i32 columns; i32 token[tokens]; i32 vocabulary_id[columns];
                                        for each token: f32 logit[columns], f32 logsumexp, f32 highest logit, i32 its id
  minilm_texts.txt, minilm_vectors.bin  one text a line; f16 [texts, 384]
"""
import pathlib
import random
import struct
import sys

import numpy as np
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

here = pathlib.Path(__file__).parent
library = here.parents[1] / "examples" / "library"
SEED, COLUMNS = 20261124, 24


def prose():
    """The example library's plain documents, one after the other."""
    return "\n\n".join(p.read_text() for p in sorted(library.iterdir()) if p.suffix in (".txt", ".md"))


def source_text():
    return prose() + "\n\n" + (here.parents[1] / "examples" / "sources" / "bicycle-handbook.txt").read_text()


def logits(gguf, count, out):
    folder, name = gguf.parent, gguf.name
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=name)
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32).eval()
    ids = tokenizer(source_text(), add_special_tokens=False)["input_ids"][:count]
    assert len(ids) == count
    with torch.no_grad():
        rows = model(torch.tensor([ids])).logits[0].float()
    columns = sorted(random.Random(SEED).sample(range(rows.shape[1]), COLUMNS))
    with open(here / out, "wb") as f:
        f.write(struct.pack("<2i", count, COLUMNS))
        f.write(np.asarray(ids, "<i4").tobytes() + np.asarray(columns, "<i4").tobytes())
        for row in rows:
            best = int(row.argmax())
            f.write(row[columns].numpy().astype("<f4").tobytes())
            f.write(struct.pack("<2fi", float(row.logsumexp(0)), float(row[best]), best))
    print(out, "perplexity", float(torch.nn.functional.cross_entropy(rows[:-1], torch.tensor(ids[1:])).exp()))


def texts(tokenizer):
    """200 texts of 1 to 180 words that fit the model's 256 word pieces, seeded."""
    words = [line.split() for line in source_text().splitlines() if line.strip()]
    words = [w for line in words for w in line]
    rng = random.Random(SEED)
    result = []
    while len(result) < 200:
        length = rng.choice((1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 180))
        begin = rng.randrange(len(words) - length)
        text = " ".join(words[begin : begin + length])
        if len(tokenizer(text)["input_ids"]) <= 256:
            result.append(text)
    return result


def vectors(folder):
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu")
    lines = texts(model.tokenizer)
    (here / "minilm_texts.txt").write_text("\n".join(lines) + "\n")
    values = model.encode(lines, normalize_embeddings=True, batch_size=1)
    values.astype("<f2").tofile(here / "minilm_vectors.bin")


models = pathlib.Path(sys.argv[1])
torch.manual_seed(SEED)
logits(models / "smollm2-135m-instruct-q4_1.gguf", 2000, "smollm2_logits.bin")
vectors(models / "all-minilm-l6-v2")
if len(sys.argv) > 2:
    logits(pathlib.Path(sys.argv[2]), 32, "qwen_logits.bin")
