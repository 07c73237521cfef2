#!/usr/bin/env python3
"""Output tokens a second of `lectern serve` beside those of `lectern bench`, the sides taking turns.

usage: .venv/bin/python bench/serving.py [--clients N] [--input-len N] [--output-len N] [--requests N] [--rounds N]

Both do the same work: N requests under way at once, prompts of random tokens that nobody asked before, answers of a fixed
length. The server's clients stream theirs over loopback and run on the same cores as the server. Nothing else should run
meanwhile.
"""
import argparse
import asyncio
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import time

root = pathlib.Path(__file__).parents[1]
os.environ.setdefault("LECTERN_COMMAND", str(root / "build/release/bin/lectern"))
sys.path.insert(0, str(root / "tests/server"))
import served  # noqa: E402: it wants the variable


async def ask(port, options):
    """The tokens of one answer, each an event of its own."""
    body = json.dumps({"model": served.CHAT_MODEL, "prompt": [random.randrange(1000, 40000) for _ in range(options.input_len)],
                       "max_tokens": options.output_len, "temperature": 0, "ignore_eos": True, "stream": True,
                       "stream_options": {"include_usage": True}}).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                 b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    data = await reader.read(-1)
    writer.close()
    if b"data: [DONE]" not in data:
        raise RuntimeError(data[:500].decode(errors="replace"))
    return int(data.rpartition(b'"completion_tokens":')[2].partition(b",")[0].strip(b"} \r\n"))


async def serve_round(port, options):
    left = iter(range(options.requests))

    async def client():
        return sum([await ask(port, options) for _ in left])

    began = time.perf_counter()
    tokens = sum(await asyncio.gather(*(client() for _ in range(options.clients))))
    return tokens / (time.perf_counter() - began)


def bench_round(options):
    command = [os.environ["LECTERN_COMMAND"], "bench", str(root / "models" / (served.CHAT_MODEL + ".gguf")), "--json",
               "--input-len", str(options.input_len), "--output-len", str(options.output_len),
               "--concurrency", str(options.clients), "--requests", str(options.requests)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)["output_tok_s"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in {"clients": 16, "input-len": 115, "output-len": 128, "requests": 64, "rounds": 3}.items():
        parser.add_argument("--" + name, type=int, default=value)
    options = parser.parse_args()
    ours, bench = [], []
    server = served.Server()
    try:
        asyncio.run(serve_round(server.port, options))  # warm
        for _ in range(options.rounds):
            bench.append(bench_round(options))
            ours.append(asyncio.run(serve_round(server.port, options)))
    finally:
        server.close()
    ratios = [a / b for a, b in zip(ours, bench)]
    print(f"{options.clients} clients, {options.input_len} tokens in, {options.output_len} out; output tokens a second\n")
    print("| | median | rounds |\n|---|---|---|")
    for name, values in (("serve", ours), ("bench", bench)):
        print(f"| {name} | {statistics.median(values):.0f} | {', '.join(f'{v:.0f}' for v in values)} |")
    print(f"\nratio {statistics.median(ratios):.3f} ({', '.join(f'{r:.2f}' for r in ratios)})")


if __name__ == "__main__":
    main()
