"""How long answers wait for their first token while the server reads a folder, beside when it is idle.

  LECTERN_COMMAND=build/release/bin/lectern LECTERN_MODELS=models .venv/bin/python tests/server/indexing_load.py [--requests N]

Prints one JSON line. Fails where the median under indexing is more than twice the idle one, or where a search (whose
question has to be embedded) takes more than a second at its worst.
"""

import argparse
import json
import pathlib
import statistics
import sys
import time

from served import CHAT_MODEL, Server

MOST = 2.0  # times the idle median
WORST_SEARCH = 1.0  # seconds
PLACES = 60


def question(number):
    return f"When does the gate of the harbour number {number % PLACES} open, and what does it cost?"


def write_places(folder):
    """Some passages a question, other ones for each."""
    folder.mkdir()
    for i in range(PLACES):
        sections = (f"# Part {part}\n\nThe gate of the harbour number {i} opens at {part} past nine and costs {part} crowns. "
                    + f"Whoever comes later to harbour {i} waits. " * 15 for part in range(6))
        (folder / f"{i}.md").write_text("\n\n".join(sections))


def write_many(folder, documents):
    folder.mkdir()
    for i in range(documents):
        (folder / f"{i}.txt").write_text(f"Document {i}. " + f"It says little of number {i}. " * 300)


def first_token(client, number, options):
    begin = time.monotonic()
    stream = client.chat.completions.create(
        model=CHAT_MODEL, max_tokens=4, stream=True, extra_body=options,
        messages=[{"role": "user", "content": question(number)}])
    first = None
    for piece in stream:
        if first is None and piece.choices and piece.choices[0].delta.content:
            first = time.monotonic() - begin
    return first


def search(server, number):
    begin = time.monotonic()
    answer = server.ask("POST", "/v1/libraries/places/search", {"query": question(number), "top_k": 3})
    assert answer.status == 200, answer.body
    return time.monotonic() - begin


def measure(server, numbers, goes_on):
    times = {"chat": [], "library": [], "search": []}
    with server.client() as client:
        for number in numbers:
            if not goes_on():
                break
            times["chat"].append(first_token(client, number, {}))
            times["library"].append(first_token(client, number, {"library": "places"}))
            times["search"].append(search(server, number))
    return times


def summary(times):
    return {name: {"median_ms": round(statistics.median(some) * 1000, 1), "worst_ms": round(max(some) * 1000, 1),
                   "requests": len(some)} for name, some in times.items()}


def indexing(server, library):
    listed = server.ask("GET", "/v1/libraries").json()["data"]
    return next(one for one in listed if one["name"] == library)["indexing"]


def run(server, options):
    home = pathlib.Path(server.home)
    write_places(home / "places")
    write_many(home / "many", options.documents)
    server.ask("POST", "/v1/libraries", {"name": "places", "folders": [str(home / "places")]})
    while indexing(server, "places"):
        time.sleep(0.05)
    measure(server, range(40, 43), lambda: True)
    idle = measure(server, range(options.requests), lambda: True)
    server.ask("POST", "/v1/libraries", {"name": "many", "folders": [str(home / "many")]})
    while (indexing(server, "many") or {}).get("stage") != "embed":
        time.sleep(0.05)
    return idle, measure(server, range(options.requests, 2 * options.requests), lambda: indexing(server, "many"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--requests", type=int, default=20)
    parser.add_argument("--documents", type=int, default=6000)
    options = parser.parse_args()
    server = Server()
    try:
        idle, busy = run(server, options)
    finally:
        server.close()
    ratios = {name: round(statistics.median(busy[name]) / statistics.median(idle[name]), 2) for name in idle}
    good = ratios["chat"] <= MOST and ratios["library"] <= MOST and max(busy["search"]) <= WORST_SEARCH
    print(json.dumps({"idle": summary(idle), "indexing": summary(busy), "ratios": ratios, "good": good}))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
