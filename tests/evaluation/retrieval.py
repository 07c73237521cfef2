#!/usr/bin/env python3
"""Recall@5 and MRR of `lectern search`, of plain fusion, or of another program, on one of the question files beside this.

usage: retrieval.py CORPUS --library DB [--lectern PATH]     what `lectern search` finds
       retrieval.py CORPUS --plain MODELS                    plain fusion
       retrieval.py CORPUS --answers FILE                    {"id", "passages": [{"file", "text"}]} lines of another program
       each with [--questions FILE] [--split development|held-out|all] [--verbose]

Plain fusion: windows of 170 words (a Chinese character is one), BM25 (SQLite FTS5, porter; Chinese by characters) and
MiniLM, the first 50 of each fused by reciprocal rank (1 / (60 + rank)). Needs pdftotext and sentence-transformers.
A passage counts when it comes from the right file and holds one of the question's pieces of evidence. Questions that the
files do not answer are left out.
"""
import argparse
import json
import pathlib
import re
import sqlite3
import subprocess

from evidence import holds, plain_text

here = pathlib.Path(__file__).parent
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("corpus", type=pathlib.Path)
parser.add_argument("--questions", type=pathlib.Path, default=here / "questions.jsonl")
parser.add_argument("--split", default="development")
system = parser.add_mutually_exclusive_group(required=True)
system.add_argument("--library", help="an indexed library of CORPUS")
system.add_argument("--plain", type=pathlib.Path, metavar="MODELS")
system.add_argument("--answers", type=pathlib.Path)
parser.add_argument("--lectern", default="build/release/bin/lectern")
parser.add_argument("--verbose", action="store_true")
options = parser.parse_args()
questions = [q for q in map(json.loads, open(options.questions, encoding="utf-8"))
             if q["file"] and options.split in (q["split"], "all")]

CJK = "\u3400-\u9fff\u3000-\u303f\uff00-\uffef"


def report(name, found):
    """found: for each question a list of (file name, text), best first."""
    ranks = []
    for q, passages in zip(questions, found):
        hits = [i for i, (file, text) in enumerate(passages[:5], 1) if file == q["file"] and holds(text, q["evidence"])]
        ranks.append(hits[0] if hits else None)
        if options.verbose and ranks[-1] != 1:
            print(f"  {name}: rank {ranks[-1]} {q['id']}: {q['question']}")
    for split in sorted({q["split"] for q in questions}):
        of_split = [r for q, r in zip(questions, ranks) if q["split"] == split]
        found_count = sum(r is not None for r in of_split)
        print(json.dumps({"system": name, "questions": options.questions.stem, "split": split, "count": len(of_split),
                          "recall@5": round(found_count / len(of_split), 3),
                          "mrr": round(sum(1 / r for r in of_split if r) / len(of_split), 3)}))


def spaced(text):
    return re.sub(f"([{CJK}])", r" \1 ", text)


def plain_fusion():
    from sentence_transformers import SentenceTransformer

    windows = []  # (file name, text)
    for path in sorted(options.corpus.iterdir()):
        if path.suffix not in (".pdf", ".txt"):
            continue
        words = spaced(plain_text(path)).split()
        for i in range(0, len(words), 170):
            windows.append((path.name, re.sub(f"(?<=[{CJK}]) (?=[{CJK}])", "", " ".join(words[i : i + 170]))))
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE t USING fts5 (body, tokenize = 'porter')")
    db.executemany("INSERT INTO t (rowid, body) VALUES (?, ?)", [(i, spaced(text)) for i, (_, text) in enumerate(windows)])
    model = SentenceTransformer(str(options.plain / "all-minilm-l6-v2"), device="cpu")
    vectors = model.encode([text for _, text in windows], normalize_embeddings=True, batch_size=32)
    for q in questions:
        match = " OR ".join(f'"{w}"' for w in re.findall(r"\w+", spaced(q["question"])))
        sparse = [r for (r,) in db.execute("SELECT rowid FROM t WHERE t MATCH ? ORDER BY bm25(t) LIMIT 50", (match,))]
        dense = (vectors @ model.encode(q["question"], normalize_embeddings=True)).argsort()[::-1][:50]
        scores = {}
        for ranking in (sparse, dense):
            for rank, i in enumerate(ranking, 1):
                scores[int(i)] = scores.get(int(i), 0) + 1 / (60 + rank)
        yield [windows[i] for i in sorted(scores, key=scores.get, reverse=True)[:5]]


def of_answers(lines):
    answers = {a["id"]: a for a in map(json.loads, lines)}
    return [[(pathlib.Path(p["file"]).name, p["text"]) for p in answers[q["id"]]["passages"]] for q in questions]


def lectern():
    lines = "".join(json.dumps({"id": q["id"], "question": q["question"]}) + "\n" for q in questions)
    command = [options.lectern, "search", "--questions", "-", "--library", options.library, "--top-k", "5", "--json"]
    return of_answers(subprocess.run(command, input=lines, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines())


if options.library:
    report("lectern", lectern())
elif options.plain:
    report("plain fusion", list(plain_fusion()))
else:
    report(options.answers.stem, of_answers(open(options.answers, encoding="utf-8")))
