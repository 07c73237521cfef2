"""A file changes again and again while clients ask about it: each answer comes from one state of it."""

import os
import re
import threading
import time
import unittest

from live_library_test import LiveTest
from served import CHAT_MODEL, PATIENCE

CLIENTS, EDITIONS = 8, 50
WITHIN = 5 * PATIENCE / 300  # seconds, in which a change has to be found
SUBJECTS = ("harbour", "mill", "tower", "bridge", "market", "orchard")


def text_of(edition):
    """Some chunks, each of which says of which edition it is."""
    return "\n\n".join(f"# The {subject}\n\n" + f"Edition {edition} says that the {subject} opens at {edition} past nine. " * 12
                       for subject in SUBJECTS)


def editions_in(passages):
    return {int(number) for passage in passages for number in re.findall(r"Edition (\d+)", passage["text"])}


class ChangingFileTest(LiveTest):
    def ask_until(self, done, number, answers):
        with self.server.client() as client:
            while not done.is_set():
                answer = client.chat.completions.create(
                    model=CHAT_MODEL, max_tokens=8, extra_body={"library": "changing"},
                    messages=[{"role": "user", "content": f"When does the {SUBJECTS[number % len(SUBJECTS)]} open?"}])
                answers.append((answer, self.written))

    def test_answers_come_from_one_state(self):
        self.written = 1
        path = self.folder / "town.md"
        path.write_text(text_of(1))
        self.ask("POST", "", {"name": "changing", "folders": [str(self.folder)]}, status=201)
        self.idle("changing")
        done, failures = threading.Event(), []
        answers = [[] for _ in range(CLIENTS)]

        def work(number):
            try:
                self.ask_until(done, number, answers[number])
            except Exception as failure:  # pylint: disable=broad-except
                failures.append(failure)

        clients = [threading.Thread(target=work, args=(number,)) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        try:
            for edition in range(2, EDITIONS + 1):
                time.sleep(0.1)
                self.written = edition
                if edition % 2:
                    path.write_text(text_of(edition))
                else:  # as most editors do
                    (self.folder / ".town.md.new").write_text(text_of(edition))
                    os.replace(self.folder / ".town.md.new", path)
            changed = time.monotonic()
            self.eventually(lambda: editions_in(self.passages()) == {EDITIONS})
            found = time.monotonic() - changed
        finally:
            done.set()
            for client in clients:
                client.join()
        self.assertEqual(failures, [])
        self.assertLess(found, WITHIN)
        self.check(answers)

    def passages(self):
        return self.ask("POST", "/changing/search", {"query": "When does the harbour open?", "top_k": 20})["data"]

    def check(self, answers):
        seen = set()
        for of_client in answers:
            self.assertGreater(len(of_client), 0)
            last = 0
            for answer, written in of_client:
                editions = editions_in(answer.passages)
                self.assertEqual(len(editions), 1, "the passages of one answer are of one state")
                edition = editions.pop()
                self.assertLessEqual(last, edition, "an older state than before")
                self.assertLessEqual(edition, written)
                last = edition
                seen.add(edition)
        self.assertGreater(len(seen), 1, "it changed while they asked")


if __name__ == "__main__":
    unittest.main()
