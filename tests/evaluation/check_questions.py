#!/usr/bin/env python3
"""Checks that the evidence of each question stands in the text of its file, and counts the kinds.

usage: check_questions.py QUESTIONS CORPUS      (needs pdftotext)
"""
import collections
import json
import pathlib
import re
import sys

from evidence import normalized, plain_text

texts, kinds, missing = {}, collections.Counter(), 0
for q in map(json.loads, open(sys.argv[1], encoding="utf-8")):
    kinds[q["split"], q["kind"]] += 1
    if q["answer"]:
        re.compile(q["answer"])
    if q["file"] and q["file"] not in texts:
        texts[q["file"]] = normalized(plain_text(pathlib.Path(sys.argv[2]) / q["file"]))
    for e in q["evidence"]:
        count = texts[q["file"]].count(normalized(e))
        missing += count == 0
        if count != 1:
            print(f"{count} times: {q['id']} {e!r}")
for (split, kind), count in sorted(kinds.items()):
    print(f"{split:12} {kind:8} {count}")
sys.exit(missing > 0)
