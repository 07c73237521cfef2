#!/usr/bin/env python3
"""Makes a library of 100,000 passages from an indexed one, and measures questions over it. Prints JSON.

usage: large_library.py SMALL LARGE [--models MODELS] [--questions FILE] [--passages N] [--lectern PATH] [--keep]

SMALL is an indexed library in English. Each new passage is the first half of one of its passages and the second half of
another, so that words keep their frequencies; its vectors are those of the halves with a little noise, so that none is
another's copy. A document has 200 passages. Questions are asked in one process: the first waits for the library to be
opened; the others' times are what a question takes, with its embedding. `exact` compares the passages that the library
finds nearest, computed here as it does (the 8-bit scan's best 200 in the order of the stored F16 numbers), with all of them
in that order; `scan` is the 8-bit scan alone. Needs numpy and sentence-transformers.
"""
import argparse
import json
import os
import pathlib
import random
import sqlite3
import statistics
import subprocess
import tempfile
import time

import numpy

here = pathlib.Path(__file__).parent
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("small", type=pathlib.Path)
parser.add_argument("large", type=pathlib.Path)
parser.add_argument("--models", type=pathlib.Path)
parser.add_argument("--questions", type=pathlib.Path, default=here / "questions-tuning.jsonl")
parser.add_argument("--passages", type=int, default=100_000)
parser.add_argument("--lectern", default="build/release/bin/lectern")
parser.add_argument("--keep", action="store_true", help="measure LARGE as it is")
options = parser.parse_args()
questions = [json.loads(line)["question"] for line in open(options.questions, encoding="utf-8")]
PASSAGES_A_DOCUMENT, SIZE = 200, 384


def make():
    for end in ("", "-wal", "-shm"):
        pathlib.Path(f"{options.large}{end}").unlink(missing_ok=True)
    small = sqlite3.connect(options.small)
    small.execute("VACUUM INTO ?", (str(options.large),))  # its schema, recipe and version
    rows = small.execute("SELECT w.body, c.heading, c.embedding, c.word_pieces FROM chunks c "
                         "JOIN chunk_words w ON w.rowid = c.id").fetchall()
    big = sqlite3.connect(options.large, isolation_level=None)
    columns = [name for _, name, *_ in big.execute("PRAGMA table_info(documents)") if name != "id"]
    template = big.execute(f"SELECT {', '.join(columns)} FROM documents LIMIT 1").fetchone()
    big.execute("PRAGMA synchronous = OFF")
    big.execute("BEGIN")
    for table in ("chunk_words", "chunks", "headings", "pages", "seals", "documents", "folders"):
        big.execute(f"DELETE FROM {table}")
    chance, noise = random.Random(1), numpy.random.default_rng(1)
    for first in range(0, options.passages, PASSAGES_A_DOCUMENT):
        text, chunks = "", []
        for _ in range(min(PASSAGES_A_DOCUMENT, options.passages - first)):
            a, b = chance.choice(rows), chance.choice(rows)
            left, right = a[0].split(), b[0].split()
            body = " ".join(left[: len(left) // 2] + right[len(right) // 2 :])
            vectors = [numpy.frombuffer(r[2], numpy.float16).reshape(-1, SIZE).astype(numpy.float32) for r in (a, b)]
            mixed = numpy.concatenate([vectors[0][: max(1, len(vectors[0]) // 2)], vectors[1][len(vectors[1]) // 2 :]])
            mixed = mixed + noise.normal(0, 0.15 / SIZE**0.5, mixed.shape)
            mixed /= numpy.linalg.norm(mixed, axis=1, keepdims=True)
            begin = len(text.encode())
            text += body + "\n\n"
            chunks.append((a[1], begin, begin + len(body.encode()), (a[3] + b[3]) // 2, body, mixed.astype(numpy.float16)))
        row = dict(zip(columns, template)) | {"path": f"/synthetic/{first}.txt".encode(), "text": text, "title": "",
                                              "content_hash": f"synthetic-{first}"}
        cursor = big.execute(f"INSERT INTO documents ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
                             [row[c] for c in columns])
        document = cursor.lastrowid
        for heading, begin, end, pieces, body, vectors in chunks:
            cursor = big.execute("INSERT INTO chunks (document, heading, span_begin, span_end, word_pieces, embedding) "
                                 "VALUES (?, ?, ?, ?, ?, ?)", (document, heading, begin, end, pieces, vectors.tobytes()))
            big.execute("INSERT INTO chunk_words (rowid, heading, body) VALUES (?, ?, ?)", (cursor.lastrowid, heading, body))
    big.execute("COMMIT")
    big.execute("VACUUM")
    big.close()


def ask():
    """Seconds until the first answer, of each further one, and the process's memory in MiB at its end."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        for repeat in range(3):
            for i, question in enumerate(questions):
                file.write(json.dumps({"id": f"{repeat}-{i}", "question": question}) + "\n")
        file.flush()
        begin = time.perf_counter()
        process = subprocess.Popen([options.lectern, "search", "--questions", file.name, "--library", options.large,
                                    "--top-k", "5", "--json"], stdout=subprocess.PIPE)
        times, memory = [], 0
        for line in process.stdout:
            times.append(time.perf_counter())
            if len(times) % 50 == 0:
                status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
                memory = int(status.split("VmRSS:")[1].split()[0]) / 1024
        process.wait()
    return times[0] - begin, [b - a for a, b in zip(times, times[1:])], memory


def add_document():
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "new.txt").write_text("\n\n".join(f"Paragraph {i} says how much rain fell in year {i}, and "
                                                              "which of the two rivers rose first." for i in range(20)))
        begin = time.perf_counter()
        out = subprocess.run([options.lectern, "index", "--library", options.large, "--json", folder],
                             stdout=subprocess.PIPE, check=True).stdout
        return time.perf_counter() - begin, json.loads(out)["seconds"]


def exact():
    """The number of vectors, and which share of the 10 and of the 100 nearest passages is found."""
    owners, vectors = [], []
    for id, blob in sqlite3.connect(options.large).execute("SELECT id, embedding FROM chunks ORDER BY id"):
        rows = numpy.frombuffer(blob, numpy.float16).reshape(-1, SIZE)
        vectors.append(rows)
        owners += [id] * len(rows)
    if not options.models:
        return len(owners), None, None
    vectors, owners = numpy.concatenate(vectors), numpy.array(owners)
    starts = numpy.flatnonzero(numpy.r_[True, owners[1:] != owners[:-1]])
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(options.models / "all-minilm-l6-v2"), device="cpu")
    queries = model.encode(questions, normalize_embeddings=True).T
    similarities = {}
    for name in ("F16", "8 bits"):
        best = []
        for at in range(0, len(vectors), 50_000):
            rows = vectors[at : at + 50_000].astype(numpy.float32)
            asked = queries
            if name == "8 bits":
                scale = numpy.abs(rows).max(axis=1, keepdims=True) / 127
                rows = numpy.rint(rows / scale) * scale
                step = numpy.abs(queries).max(axis=0, keepdims=True) / 4095
                asked = numpy.rint(queries / step) * step
            best.append(rows @ asked)
        similarities[name] = numpy.maximum.reduceat(numpy.concatenate(best), starts, axis=0)
    exact_order = numpy.argsort(-similarities["F16"], axis=0, kind="stable").T
    scanned = numpy.argsort(-similarities["8 bits"], axis=0, kind="stable").T[:, :200]
    settled = [sorted(found, key=lambda i: -similarities["F16"][i, q]) for q, found in enumerate(scanned)]

    def recall(orders):
        return {f"recall@{n}": round(statistics.mean(len(set(a[:n]) & set(b[:n])) / n
                                                     for a, b in zip(exact_order, orders)), 4) for n in (10, 100)}

    return len(owners), recall(settled), recall(scanned)


if not options.keep:
    make()
first, times, memory = ask()
ordered = sorted(times)
whole, inside = add_document()
count = sqlite3.connect(options.large).execute("SELECT count(*) FROM chunks").fetchone()[0]
vectors, shares, scan = exact()
print(json.dumps({
    "passages": count, "vectors": vectors, "questions": len(times), "cores": len(os.sched_getaffinity(0)),
    "question_ms": {"p50": round(1e3 * statistics.median(ordered), 1), "p99": round(1e3 * ordered[int(0.99 * len(ordered))], 1),
                    "mean": round(1e3 * statistics.mean(ordered), 1)},
    "open_and_first_ms": round(1e3 * first), "exact": shares, "scan": scan, "process_mib": round(memory),
    "vector_bytes_a_passage": round(vectors * (SIZE + 4) / count + 16),
    "disk_bytes_a_passage": round(options.large.stat().st_size / count),
    "add_document_s": {"process": round(whole, 2), "index": round(inside, 2)}}))
