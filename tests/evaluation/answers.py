#!/usr/bin/env python3
"""Judges the answers of `lectern ask` to questions whose answer is known, by the fact that each must state.

usage: answers.py --library DB [--split development|held-out|all] [--model FILE] [--save ANSWERS]
       answers.py --answers ANSWERS [--split …] [--judgements FILE | --citations N]

The questions are questions.jsonl beside this file (over Debian's manuals); --questions answers_examples.jsonl are those
over examples/library. `answer` is a regular expression for the fact; null where the files do not tell. A passage counts
as retrieved when it comes from the question's file and holds one of its pieces of evidence (or, where there is no
evidence, the fact).

--citations N draws N citations for a person to judge, as JSON lines with an empty "supports" and "reason";
--judgements FILE counts such lines once they are filled in.
"""
import argparse
import json
import pathlib
import random
import re
import statistics
import subprocess

from evidence import holds

here = pathlib.Path(__file__).parent
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--library")
parser.add_argument("--questions", type=pathlib.Path, default=here / "questions.jsonl")
parser.add_argument("--split", default="development")
parser.add_argument("--model")
parser.add_argument("--lectern", default="build/release/bin/lectern")
parser.add_argument("--save", type=pathlib.Path)
parser.add_argument("--answers", type=pathlib.Path, help="saved earlier: nothing is asked")
parser.add_argument("--citations", type=int)
parser.add_argument("--judgements", type=pathlib.Path)
parser.add_argument("--verbose", action="store_true")
options = parser.parse_args()


def lines_of(path):
    return [json.loads(line) for line in open(path, encoding="utf-8")]


def states(q, text):
    return re.search(q["answer"], re.sub(r"\s+", " ", text), re.IGNORECASE) is not None


def is_source(q, passage):
    if not q.get("evidence"):
        return states(q, passage["text"])
    return pathlib.Path(passage["file"]).name == q["file"] and holds(passage["text"], q["evidence"])


def ask(questions):
    command = [options.lectern, "ask", "--questions", "-", "--json", "--library", options.library]
    command += ["--model", options.model] if options.model else []
    lines = "".join(json.dumps({"id": q["id"], "question": q["question"]}) + "\n" for q in questions)
    output = subprocess.run(command, input=lines, stdout=subprocess.PIPE, text=True, check=True).stdout
    if options.save:
        options.save.write_text(output, encoding="utf-8")
    return [json.loads(line) for line in output.splitlines()]


def sentence_of(answer, citation):
    begin, end = citation["answer_span"]
    return answer["answer"].encode()[begin:end].decode()


def share(part, whole):
    return f"{part} of {whole}" + (f" ({part / whole:.2f})" if whole else "")


def report(questions, answers):
    answerable = [q for q in questions if q["answer"] is not None]
    unanswerable = [q for q in questions if q["answer"] is None]
    retrieved = [q for q in answerable if any(is_source(q, p) for p in answers[q["id"]]["passages"])]
    declined = {q["id"] for q in questions if answers[q["id"]]["declined"]}
    right = {q["id"] for q in answerable if q["id"] not in declined and states(q, answers[q["id"]]["answer"])}
    given = [answers[q["id"]] for q in questions if q["id"] not in declined]
    sentences = [s for a in given for s in a["sentences"]]
    timed = [a["timing"]["ttft_ms"] for a in given]
    print(f"{options.split}: {len(answerable)} questions that the files answer, {len(unanswerable)} that they do not")
    print(f"  passage retrieved: {share(len(retrieved), len(answerable))}")
    print(f"  of those, the answer holds the fact: {share(sum(q['id'] in right for q in retrieved), len(retrieved))}; "
          f"of all answerable: {share(len(right), len(answerable))}")
    print(f"  declined: {share(sum(q['id'] in declined for q in unanswerable), len(unanswerable))} unanswerable, "
          f"{share(sum(q['id'] in declined for q in answerable), len(answerable))} answerable")
    print(f"  sentences supported: {share(sum(s['supported'] for s in sentences), len(sentences))}; "
          f"{sum(len(a['citations']) for a in given)} citations")
    if timed:
        print(f"  median TTFT {statistics.median(timed) / 1000:.2f} s, prompt "
              f"{statistics.median(a['usage']['input_tokens'] for a in given):.0f} tokens")
    if not options.verbose:
        return
    for q in questions:
        a = answers[q["id"]]
        verdict = "declined" if q["id"] in declined else "right" if q["id"] in right else "WRONG"
        if q["answer"] is None:
            verdict = "declined" if q["id"] in declined else "INVENTED"
        found = "" if q["answer"] is None else "retrieved" if q in retrieved else "not retrieved"
        print(f"{q['id']:4} {verdict:8} {found}: {q['question']}   [{q['answer']}]\n     {a['answer']!r}")


def draw(answers, count):
    """One citation a line, drawn with a fixed seed; refusals have none."""
    all_of_them = [(a, c) for a in answers for c in a["citations"]]
    for a, c in random.Random(4).sample(all_of_them, min(count, len(all_of_them))):
        print(json.dumps({"id": a["id"], "sentence": sentence_of(a, c), "file": pathlib.Path(c["file"]).name,
                          "page": c["page"], "quote": c["quote"], "supports": None, "reason": ""}, ensure_ascii=False))


questions = [q for q in lines_of(options.questions) if options.split in (q["split"], "all")]
answers = lines_of(options.answers) if options.answers else ask(questions) if options.library else []
by_id = {a["id"]: a for a in answers}
questions = [q for q in questions if q["id"] in by_id]
if options.citations:
    draw([by_id[q["id"]] for q in questions], options.citations)
elif questions:
    report(questions, by_id)
if options.judgements:
    judged = lines_of(options.judgements)
    print(f"citations that support their sentence: {share(sum(j['supports'] for j in judged), len(judged))}")
