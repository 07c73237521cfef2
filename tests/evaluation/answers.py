#!/usr/bin/env python3
"""Counts the right answers of `lectern ask` to the questions about examples/library beside this file.

usage: answers.py --library DB [--split tuning|held-out|all] [--model FILE] [--lectern PATH] [--verbose]

Each question has the fact that a right answer states, a regular expression. "cited": the answer is right, and the source
that it names holds the fact.
"""
import argparse
import json
import pathlib
import re
import subprocess

here = pathlib.Path(__file__).parent
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--library", required=True)
parser.add_argument("--split", default="tuning")
parser.add_argument("--model")
parser.add_argument("--lectern", default="build/release/bin/lectern")
parser.add_argument("--verbose", action="store_true")
options = parser.parse_args()
questions = [q for q in map(json.loads, open(here / "answers.jsonl")) if options.split in (q["split"], "all")]

command = [options.lectern, "ask", "--questions", "-", "--json", "--library", options.library]
command += ["--model", options.model] if options.model else []
lines = "".join(json.dumps({"id": q["id"], "question": q["question"]}) + "\n" for q in questions)
output = subprocess.run(command, input=lines, capture_output=True, text=True, check=True).stdout
answers = {a["id"]: a for a in map(json.loads, output.splitlines())}

right = cited = declined = retrieved = 0
for q in questions:
    def states(text):
        return re.search(q["fact"], re.sub(r"\s+", " ", text), re.IGNORECASE) is not None

    answer = answers[q["id"]]
    is_right = states(answer["answer"])
    is_cited = is_right and any(states(answer["passages"][c["number"] - 1]["text"]) for c in answer["citations"])
    right += is_right
    cited += is_cited
    declined += answer["declined"]
    retrieved += any(states(p["text"]) for p in answer["passages"])
    if options.verbose:
        print(f"{q['id']:4} {'right' if is_right else 'WRONG'} {'cited' if is_cited else '     '} "
              f"{q['question']}\n     {answer['answer']!r}")
print(f"{len(questions)} questions ({options.split}): {right} right, {cited} of them cited with the fact, "
      f"{declined} declined; the fact was among the passages of {retrieved}")
