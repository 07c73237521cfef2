#!/usr/bin/env python3
"""Answers 20 questions with and without drafting, and compares the time of each output token (TPOT).

usage: drafting.py --library DB --model FILE [--lectern PROGRAM] [--rounds N] [--save FILE]

DB holds examples/library and Debian's seven manuals. The questions are of the development halves of answers_examples.jsonl
(the first 8) and questions.jsonl (every fourth that the files answer, 12): --list prints them. Answers are greedy. The two
ways take turns, four questions each, and the one that begins changes, so that both see the same machine.
"""
import argparse
import json
import pathlib
import statistics
import subprocess

BLOCK = 4

here = pathlib.Path(__file__).parent
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--library")
parser.add_argument("--model")
parser.add_argument("--lectern", default="build/release/bin/lectern")
parser.add_argument("--rounds", type=int, default=1)
parser.add_argument("--save", type=pathlib.Path, help="JSON lines of all answers, both ways")
parser.add_argument("--list", action="store_true", help="print the questions and end")
options = parser.parse_args()


def development(name):
    lines = [json.loads(line) for line in open(here / name, encoding="utf-8")]
    return [q for q in lines if q["split"] == "development" and q["answer"] is not None]


def ask(questions, drafting):
    command = [options.lectern, "ask", "--questions", "-", "--json", "--library", options.library]
    command += ["--model", options.model] if options.model else []
    command += [] if drafting else ["--no-draft"]
    lines = "".join(json.dumps({"id": q["id"], "question": q["question"]}) + "\n" for q in questions)
    output = subprocess.run(command, input=lines, stdout=subprocess.PIPE, text=True, check=True).stdout
    return [json.loads(line) for line in output.splitlines()]


def tpot(answers):
    return statistics.mean(a["timing"]["tpot_ms"] for a in answers)


questions = development("answers_examples.jsonl")[:8] + development("questions.jsonl")[::4][:12]
if options.list:
    for q in questions:
        print(json.dumps({"id": q["id"], "question": q["question"]}, ensure_ascii=False))
    raise SystemExit

pairs = []  # (without, with)
turn = 0
for _ in range(options.rounds):
    for begin in range(0, len(questions), BLOCK):
        ways = [False, True] if turn % 2 == 0 else [True, False]
        turn += 1
        got = {drafting: ask(questions[begin:begin + BLOCK], drafting) for drafting in ways}
        pairs += zip(got[False], got[True])
if options.save:
    with open(options.save, "w", encoding="utf-8") as file:
        for plain, drafted in pairs:
            print(json.dumps({"id": plain["id"], "without": plain, "with": drafted}, ensure_ascii=False), file=file)

same = all(a["answer"] == b["answer"] and a["citations"] == b["citations"] for a, b in pairs)
# Answers of fewer than two tokens have no time between tokens: those that decline before anything is written.
timed = [(a, b) for a, b in pairs if a["timing"]["tpot_ms"] > 0 and b["timing"]["tpot_ms"] > 0]
print(f"{'id':>4} {'tokens':>6} {'guessed':>7} {'right':>6} {'without':>8} {'with':>8} {'ratio':>6}")
for a, b in timed:
    before, after = a["timing"]["tpot_ms"], b["timing"]["tpot_ms"]
    usage = b["usage"]
    print(f"{a['id']:>4} {usage['output_tokens']:6} {usage['drafted_tokens']:7} {usage['accepted_tokens']:6} "
          f"{before:8.2f} {after:8.2f} {before / after:6.2f}")
before, after = tpot([a for a, _ in timed]), tpot([b for _, b in timed])
drafted = sum(b["usage"]["drafted_tokens"] for _, b in timed)
accepted = sum(b["usage"]["accepted_tokens"] for _, b in timed)
print(f"mean TPOT of {len(timed)} answers: {before:.2f} ms without, {after:.2f} ms with drafting: {before / after:.2f} x")
print(f"guesses: {drafted}, of which {accepted} right ({accepted / max(drafted, 1):.2f})")
print("answers and citations: " + ("the same" if same else "DIFFERENT"))
