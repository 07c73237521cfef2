#!/usr/bin/env python3
"""Recall@5 and MRR of `lectern search` and of a plain baseline, on the questions beside this file.

usage: retrieval.py CORPUS MODELS [--split development|held-out|all] [--lectern PATH --library DB]

The baseline: pdftotext, windows of 170 words, BM25 (SQLite FTS5, porter) and MiniLM, the first 50 of each fused by
reciprocal rank (1 / (60 + rank)). Needs pdftotext and sentence-transformers. A passage counts when it comes from the right
file and holds one of the question's pieces of evidence.
"""
import argparse
import json
import pathlib
import re
import sqlite3
import subprocess
import sys

here = pathlib.Path(__file__).parent
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("corpus", type=pathlib.Path)
parser.add_argument("models", type=pathlib.Path)
parser.add_argument("--split", default="development")
parser.add_argument("--lectern", default="build/release/bin/lectern")
parser.add_argument("--library", help="an indexed library of CORPUS; without it only the baseline runs")
parser.add_argument("--verbose", action="store_true")
options = parser.parse_args()
questions = [q for q in map(json.loads, open(here / "questions.jsonl")) if options.split in (q["split"], "all")]


def normalized(text):
    return re.sub(r"\s+", " ", text).lower()


def report(name, found):
    """found: for each question a list of (file name, text), best first."""
    ranks = []
    for q, passages in zip(questions, found):
        hits = [i for i, (file, text) in enumerate(passages[:5], 1)
                if file == q["file"] and any(e in normalized(text) for e in q["evidence"])]
        ranks.append(hits[0] if hits else None)
        if options.verbose and not hits:
            print(f"  {name} misses {q['id']}: {q['question']}")
    for split in sorted({q["split"] for q in questions}):
        of_split = [r for q, r in zip(questions, ranks) if q["split"] == split]
        found_count = sum(r is not None for r in of_split)
        print(json.dumps({"system": name, "split": split, "questions": len(of_split),
                          "recall@5": round(found_count / len(of_split), 3),
                          "mrr": round(sum(1 / r for r in of_split if r) / len(of_split), 3)}))


def baseline():
    from sentence_transformers import SentenceTransformer

    windows = []  # (file name, text)
    for pdf in sorted(options.corpus.glob("*.pdf")):
        words = subprocess.run(["pdftotext", pdf, "-"], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
        windows += [(pdf.name, " ".join(words[i : i + 170])) for i in range(0, len(words), 170)]
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE t USING fts5 (body, tokenize = 'porter')")
    db.executemany("INSERT INTO t (rowid, body) VALUES (?, ?)", [(i, text) for i, (_, text) in enumerate(windows)])
    model = SentenceTransformer(str(options.models / "all-minilm-l6-v2"), device="cpu")
    vectors = model.encode([text for _, text in windows], normalize_embeddings=True, batch_size=32)
    for q in questions:
        match = " OR ".join(f'"{w}"' for w in re.findall(r"\w+", q["question"]))
        sparse = [r for (r,) in db.execute("SELECT rowid FROM t WHERE t MATCH ? ORDER BY bm25(t) LIMIT 50", (match,))]
        dense = (vectors @ model.encode(q["question"], normalize_embeddings=True)).argsort()[::-1][:50]
        scores = {}
        for ranking in (sparse, dense):
            for rank, i in enumerate(ranking, 1):
                scores[int(i)] = scores.get(int(i), 0) + 1 / (60 + rank)
        yield [windows[i] for i in sorted(scores, key=scores.get, reverse=True)[:5]]


def lectern():
    lines = "".join(json.dumps({"id": q["id"], "question": q["question"]}) + "\n" for q in questions)
    command = [options.lectern, "search", "--questions", "/dev/stdin", "--library", options.library, "--top-k", "5", "--json"]
    out = subprocess.run(command, input=lines, stdout=subprocess.PIPE, text=True, check=True).stdout
    answers = {a["id"]: a for a in map(json.loads, out.splitlines())}
    for q in questions:
        yield [(pathlib.Path(p["file"]).name, p["text"]) for p in answers[q["id"]]["passages"]]


if options.library:
    report("lectern", list(lectern()))
else:
    report("BM25 and MiniLM, 170-word windows", list(baseline()))
