#!/usr/bin/env python3
"""Many streaming clients at once, some of them bad: `.venv/bin/python tests/server/load.py --clients 1000 --seconds 60`.

Of the clients a tenth reads one byte a second, and a tenth goes away in the middle of an answer. All others must get every
token: each asks one of a few questions greedily, and its text has to be what a client alone got. Between the rounds the
server's memory is looked at, and after them whether all KV blocks are free. Prints one JSON line a round; exits with 1 if
anything is wrong.
"""

import argparse
import asyncio
import json
import os
import pathlib
import random
import socket
import sys
import time

os.environ.setdefault("LECTERN_COMMAND", str(pathlib.Path(__file__).parents[2] / "build/release/bin/lectern"))
import served  # noqa: E402: it wants the variable

WORDS = ["river", "lamp", "bread", "violin", "glacier", "harbour", "pepper", "saddle"]


class Load:
    def __init__(self, server, options):
        self.server, self.options = server, options
        self.expected = {word: self.alone(word) for word in WORDS}
        self.whole = self.slow = self.vanished = self.refused = 0
        self.wrong = []

    def body(self, word, stream):
        return json.dumps({"model": served.CHAT_MODEL, "temperature": 0, "max_tokens": self.options.tokens,
                           "ignore_eos": True, "stream": stream,
                           "messages": [{"role": "user", "content": f"Write about a {word}."}]}).encode()

    def request(self, word):
        body = self.body(word, True)
        return (f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n").encode() + body

    def alone(self, word):
        return self.server.ask("POST", "/v1/chat/completions", json.loads(self.body(word, False))).json()["choices"][0][
            "message"]["content"]

    async def connect(self):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", self.server.port))
        return connection

    async def client(self, number, end):
        kind = {0: self.vanish, 1: self.crawl}.get(number % 10, self.read)
        while time.monotonic() < end:
            connection = await self.connect()
            try:
                word = random.choice(WORDS)
                await asyncio.get_running_loop().sock_sendall(connection, self.request(word))
                await kind(connection, word, end)
            finally:
                connection.close()

    async def read(self, connection, word, _end):
        data = b""
        while piece := await asyncio.get_running_loop().sock_recv(connection, 4096):
            data += piece
        if data.startswith(b"HTTP/1.1 429"):
            self.refused += 1
            return await asyncio.sleep(1)
        text = "".join(choice["delta"].get("content", "") for event in events(data) for choice in event["choices"])
        if text == self.expected[word] and b"data: [DONE]\n\n" in data:
            self.whole += 1
        else:
            self.wrong.append(f"{word}: {text!r} of {len(data)} bytes")

    async def crawl(self, connection, _word, end):
        self.slow += 1
        while time.monotonic() < end and await asyncio.get_running_loop().sock_recv(connection, 1):
            await asyncio.sleep(1)

    async def vanish(self, connection, _word, _end):
        await asyncio.get_running_loop().sock_recv(connection, 4096)
        await asyncio.sleep(random.random())
        self.vanished += 1

    async def round(self):
        end = time.monotonic() + self.options.seconds
        await asyncio.gather(*(self.client(i, end) for i in range(self.options.clients)))


def events(data):
    """Of an answer in chunks; each event is a chunk or more."""
    body = data.partition(b"\r\n\r\n")[2]
    text = b""
    while body:
        size, _, rest = body.partition(b"\r\n")
        text += rest[:int(size, 16)]
        body = rest[int(size, 16) + 2:]
    for event in text.decode().split("\n\n"):
        if event.startswith("data: {"):
            yield json.loads(event[6:])


def resident_bytes(process):
    status = pathlib.Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


def settled(server):
    """The figures once nothing is under way."""
    for _ in range(600):
        figures = server.metrics()
        if figures["lectern_answers_under_way"] == 0:
            return figures
        time.sleep(0.1)
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=60, help="in which clients begin to ask, each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tokens", type=int, default=32, help="of each answer")
    options = parser.parse_args()
    server = served.Server("--max-queue", str(options.clients + 24))
    good = True
    try:
        for number in range(options.rounds):
            load = Load(server, options)
            before = server.metrics()["lectern_generated_tokens_total"]
            begin = time.monotonic()
            asyncio.run(load.round())
            seconds = time.monotonic() - begin
            figures = settled(server)
            leaked = figures["lectern_kv_blocks_total"] - figures["lectern_kv_blocks_free"]
            good = good and not load.wrong and load.whole > 0 and leaked == 0 and load.refused == 0
            print(json.dumps({"round": number + 1, "whole": load.whole, "slow": load.slow, "vanished": load.vanished,
                              "refused": load.refused, "wrong": load.wrong[:3], "blocks_leaked": leaked,
                              "rss_bytes": resident_bytes(server.process.pid), "seconds": round(seconds, 1),
                              "output_tok_s": round((figures["lectern_generated_tokens_total"] - before) / seconds)}),
                  flush=True)
    finally:
        server.close()
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
