"""SIGTERM: who is being answered is answered, and nobody waits for longer than the grace time."""

import json
import os
import pathlib
import tempfile
import time
import unittest

from served import CHAT_MODEL, PATIENCE, Server, read_answer

QUESTION = {"model": CHAT_MODEL, "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 2, "temperature": 0}
REAL = pathlib.Path(os.environ["LECTERN_MODELS"]).resolve()
CACHE = pathlib.Path(os.environ["XDG_CACHE_HOME"]) / "lectern"


class StoppingTest(unittest.TestCase):
    def stream(self, server, tokens):
        client = server.client()
        self.addCleanup(client.close)
        return client.chat.completions.create(
            model=CHAT_MODEL, messages=QUESTION["messages"], max_tokens=tokens, stream=True,
            extra_body={"ignore_eos": True})

    def test_answers_under_way_are_finished(self):
        server = Server("--grace", str(PATIENCE))
        self.addCleanup(server.close)
        idle = server.connect()
        self.addCleanup(idle.close)
        stream = self.stream(server, 200)
        next(stream)
        server.process.terminate()
        pieces = list(stream)
        self.assertEqual(pieces[-1].choices[0].finish_reason, "length")
        self.assertIsNone(read_answer(idle), "an idle connection is closed")
        self.assertEqual(server.process.wait(PATIENCE), 0)
        with self.assertRaises(ConnectionRefusedError):
            server.ask("GET", "/health")

    def test_grace_ends(self):
        server = Server("--grace", "1")
        self.addCleanup(server.close)
        stream = self.stream(server, 100_000)
        next(stream)
        server.process.terminate()
        self.assertEqual(server.process.wait(PATIENCE), 0)
        with self.assertRaises(Exception):
            list(stream)


class StoppingWhileAModelLoadsTest(unittest.TestCase):
    """"another" is a model that was never compiled."""

    def setUp(self):
        home = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="lectern-models-")))
        models, cache = home / "models", home / "cache/lectern"
        models.mkdir()
        for name in (CHAT_MODEL + ".gguf", "all-minilm-l6-v2"):
            (models / name).symlink_to(REAL / name)
        weights = bytearray((REAL / (CHAT_MODEL + ".gguf")).read_bytes())
        weights[-1] ^= 1
        (models / "another.gguf").write_bytes(weights)
        for folder in ("engines", "checkpoints"):  # what the tests before have compiled
            (cache / folder).mkdir(parents=True)
            for file in (CACHE / folder).iterdir() if (CACHE / folder).is_dir() else ():
                (cache / folder / file.name).symlink_to(file)
        self.engines = cache / "engines"
        self.server = Server("--grace", str(PATIENCE),
                             environment={"LECTERN_MODELS": str(models), "XDG_CACHE_HOME": str(cache.parent)})
        self.addCleanup(self.server.close)
        self.before = set(self.engines.iterdir())

    def ask(self):
        """Leaves the request under way."""
        connection = self.server.connect()
        self.addCleanup(connection.close)
        body = json.dumps(QUESTION | {"model": "another"}).encode()
        connection.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                           b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        return connection

    def wait_for_compilation(self):
        end = time.monotonic() + PATIENCE
        while set(self.engines.iterdir()) == self.before:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.001)

    def test_a_compilation_is_given_up(self):
        asked = [self.ask() for _ in range(3)]
        self.wait_for_compilation()
        self.server.process.terminate()
        for connection in asked:
            answer = read_answer(connection)
            self.assertEqual((answer.status, answer.error()["code"]), (503, "stopping"))
        self.assertEqual(self.server.process.wait(PATIENCE), 0)
        self.assertEqual(set(self.engines.iterdir()), self.before, "no half engine is left")

    def test_at_once_while_many_wait(self):
        for _ in range(60):
            self.ask()
        self.wait_for_compilation()
        self.server.process.terminate()
        self.server.process.terminate()
        self.assertEqual(self.server.process.wait(PATIENCE), 0)
        self.assertEqual(set(self.engines.iterdir()), self.before)


if __name__ == "__main__":
    unittest.main()
