"""Requests for embeddings and searches take places in the queue, and nothing else waits for them."""

import json
import unittest

from library_api_test import documents
from served import EMBEDDING_MODEL, ServerTest

PLACES = 6
TEXTS, WORDS = 600, 200
LONG = {"model": EMBEDDING_MODEL, "input": ["word " * WORDS + str(i) for i in range(TEXTS)]}  # minutes of work for each


class EmbeddingsTest(ServerTest):
    OPTIONS = ("--max-queue", str(PLACES))

    def send_long(self):
        body = json.dumps(LONG).encode()
        connection = self.server.connect()
        self.addCleanup(connection.close)
        connection.sendall(b"POST /v1/embeddings HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                           b"Content-Length: %d\r\n\r\n" % len(body) + body)
        return connection

    def running(self):
        return self.server.metrics()["lectern_answers_under_way"]

    def test_a_full_queue(self):
        self.server.command("index", documents(self.server), "--json")
        before = self.server.metrics()["lectern_embedded_tokens_total"]
        connections = [self.send_long() for _ in range(PLACES)]
        self.eventually(lambda: self.running() == PLACES)
        for path in ("/health", "/v1/models", "/v1/libraries", "/v1/libraries/default", "/v1/chats", "/v1/catalogue"):
            self.assertEqual(self.server.ask("GET", path).status, 200)
        for path, body in (("/v1/embeddings", {"model": EMBEDDING_MODEL, "input": "x"}),
                           ("/v1/libraries/default/search", {"query": "green tea"})):
            answer = self.server.ask("POST", path, body)
            self.assertEqual((answer.status, answer.error()["code"]), (429, "queue_full"))
            self.assertEqual(answer.headers["retry-after"], "1")
        # All that was answered while each of them was still under way.
        self.assertEqual(self.running(), PLACES)
        connections.pop().close()
        self.eventually(lambda: self.running() < PLACES)
        self.assertEqual(self.server.ask("POST", "/v1/libraries/default/search", {"query": "green tea"}).status, 200)
        for connection in connections:
            connection.close()
        self.eventually(lambda: self.running() == 0)
        embedded = self.server.metrics()["lectern_embedded_tokens_total"] - before
        self.assertLess(embedded, PLACES * TEXTS * WORDS / 2, "nobody waits for the others")

    def test_pieces_make_the_same(self):
        """A long request is embedded in pieces: each text has the vector that it has alone."""
        texts = [f"Text {i} is about tea. " * (1 + i % 9) for i in range(100)]
        together = self.client.embeddings.create(model=EMBEDDING_MODEL, input=texts).data
        for i in (0, 57, 99):
            alone = self.client.embeddings.create(model=EMBEDDING_MODEL, input=texts[i]).data[0].embedding
            self.assertEqual(together[i].embedding, alone)
            self.assertEqual(together[i].index, i)


class OnePlaceTest(ServerTest):
    OPTIONS = ("--max-queue", "1")

    def test_it_is_free_once_the_answer_is_there(self):
        self.server.command("index", documents(self.server), "--json")
        for _ in range(50):
            embedded = self.client.embeddings.create(model=EMBEDDING_MODEL, input=["a", "b"])
            self.assertEqual(len(embedded.data), 2)
            answer = self.server.ask("POST", "/v1/libraries/default/search", {"query": "green tea", "top_k": 1})
            self.assertEqual((answer.status, len(answer.json()["data"])), (200, 1))


if __name__ == "__main__":
    unittest.main()
