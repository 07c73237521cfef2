"""`lectern serve` as a process of its own, for tests that talk to it."""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

import openai

COMMAND = os.environ["LECTERN_COMMAND"]
CHAT_MODEL = "smollm2-135m-instruct-q4_1"
EMBEDDING_MODEL = "all-minilm-l6-v2"
PATIENCE = int(os.environ.get("LECTERN_PATIENCE", "300"))  # seconds, on a busy machine; more for a sanitizer's build
SANITIZER = re.compile(r"(Address|Leak|Thread|UndefinedBehavior)Sanitizer|: runtime error: ")


class Server:
    """Listens on a free port of 127.0.0.1, in a home of its own."""

    def __init__(self, *options, environment=None, host="127.0.0.1"):
        self.home = tempfile.mkdtemp(prefix="lectern-")
        self.environment = os.environ | {
            "HOME": self.home,
            "XDG_DATA_HOME": self.home + "/data",
            "XDG_STATE_HOME": self.home + "/state",
            "NO_COLOR": "1",
            "LC_ALL": "C.UTF-8",
        } | (environment or {})
        self.errors = open(self.home + "/stderr", "w+", encoding="utf-8")
        self.start("--host", host, *options)

    def restart(self, *options):
        """In the same home, after the process has ended."""
        self.process.stdout.close()
        self.start(*options)

    def start(self, *options):
        self.process = subprocess.Popen(
            [COMMAND, "serve", "--port", "0", *options],
            stdout=subprocess.PIPE, stderr=self.errors, env=self.environment, text=True)
        line = self.process.stdout.readline()
        found = re.fullmatch(r"Lectern serves at (http://(\S+):(\d+))\n", line)
        if not found:
            if not line:
                self.process.wait(PATIENCE)
            log = self.log()
            self.close()
            raise RuntimeError(f"no address but {line!r}: {log}")
        self.address, self.port = found[1], int(found[3])

    def close(self):
        """What a sanitizer said of any process of this home is a failure, and so is a server that does not end well."""
        ours = self.process.poll() is None  # otherwise the test ended it, or it never began
        if ours:
            self.process.send_signal(signal.SIGTERM)
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(PATIENCE)
        log = self.log()
        self.process.stdout.close()
        self.errors.close()
        shutil.rmtree(self.home)
        if report := SANITIZER.search(log):
            raise AssertionError(log[log.rfind("\n", 0, report.start()) + 1:][:20_000])
        if ours and status != 0:
            raise AssertionError(f"the server ended with {status}: {log[-2000:]}")

    def log(self):
        return pathlib.Path(self.errors.name).read_text(encoding="utf-8")

    def client(self, key="none", **options):
        return openai.OpenAI(base_url=self.address + "/v1", api_key=key, max_retries=0, timeout=PATIENCE, **options)

    def command(self, *arguments, **options):
        """Another command of lectern in the same home."""
        done = subprocess.run([COMMAND, *arguments], env=self.environment, capture_output=True, text=True, **options)
        if done.returncode != 0:
            raise AssertionError(f"{arguments} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def connect(self, receive_bytes=None):
        connection = socket.socket()
        if receive_bytes:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        connection.settimeout(PATIENCE)
        try:
            connection.connect(("127.0.0.1", self.port))
        except OSError:
            connection.close()
            raise
        return connection

    def send(self, data):
        """Sends bytes as they are and returns the answer: status, headers, body; None where the server hangs up."""
        self.logged = os.path.getsize(self.errors.name)
        self.asked = b" ".join(data.split(b"\r\n")[0].split(b" ")[:2]).decode("latin-1")
        with self.connect() as connection:
            connection.sendall(data)
            return read_answer(connection)

    def log_of_last(self):
        """What was logged since the last request by `send` or `ask` began."""
        return pathlib.Path(self.errors.name).read_bytes()[self.logged:].decode("utf-8")

    def ask(self, method, path, body=None, headers=None):
        fields = {"Host": f"127.0.0.1:{self.port}", "Connection": "close"}
        if body is not None:
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
            fields |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
        fields |= headers or {}
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in fields.items() if v is not None)
        return self.send(head.encode("latin-1") + b"\r\n" + (body or b""))

    def metrics(self):
        """Name (with labels) to value."""
        lines = self.ask("GET", "/metrics").body.decode().splitlines()
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[:1] != "#")}


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    def error(self):
        return self.json()["error"]


def read_answer(connection):
    data = b""
    try:
        while piece := connection.recv(1 << 16):
            data += piece
    except ConnectionResetError:
        pass
    if not data:
        return None
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
    return Answer(int(lines[0].split()[1]), headers, body)


class ServerTest(unittest.TestCase):
    """One server for all tests of a class."""

    OPTIONS = ()
    ENVIRONMENT = None

    @classmethod
    def setUpClass(cls):
        cls.server = Server(*cls.OPTIONS, environment=cls.ENVIRONMENT)
        cls.addClassCleanup(cls.server.close)
        cls.client = cls.server.client()
        cls.addClassCleanup(cls.client.close)

    def eventually(self, holds, seconds=PATIENCE):
        end = time.monotonic() + seconds
        while not holds():
            self.assertLess(time.monotonic(), end, "it never came true")
            time.sleep(0.01)

    def chat(self, text="Count from one to twenty.", **options):
        options = {"model": CHAT_MODEL, "temperature": 0, "max_tokens": 24} | options
        return self.client.chat.completions.create(messages=[{"role": "user", "content": text}], **options)
