"""Libraries over the API: found, described, searched, and answered from."""

import json
import os
import pathlib
import unittest

import openai

from served import CHAT_MODEL, PATIENCE, Server, ServerTest

DOCUMENTS = {
    "tea.txt": "Green tea is brewed at 80 degrees for two minutes. Black tea is brewed with boiling water for four minutes.\n",
    "coffee.md": "# Coffee\n\nAn espresso machine needs nine bar of pressure.\n",
    "<script>alert(1)</script>.txt": "Hostile names are <b>text</b> like any other, says the zebra.\n",
    "broken.pdf": "This is no PDF.\n",
}
QUESTION = "How hot is the water for green tea?"


def documents(server):
    folder = pathlib.Path(server.home) / "documents"
    folder.mkdir(exist_ok=True)
    for name, text in DOCUMENTS.items():
        (folder / name.replace("/", "∕")).write_text(text, encoding="utf-8")
    return str(folder)


class LibraryTest(ServerTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = documents(cls.server)
        cls.server.command("index", cls.folder, "--library", "drinks", "--json")

    def ask(self, text=QUESTION, library="drinks", **options):
        return self.client.chat.completions.create(
            model=CHAT_MODEL, messages=[{"role": "user", "content": text}], extra_body={"library": library}, **options)

    def expected(self, *options):
        return json.loads(self.server.command("ask", QUESTION, "--library", "drinks", "--json", *options))

    def test_list_is_the_command_lines(self):
        listed = self.server.ask("GET", "/v1/libraries").json()
        self.assertEqual(listed["object"], "list")
        for library in listed["data"]:
            self.assertEqual([library.pop(name) for name in ("indexing", "indexing_stopped", "missing_folders")], [None, False, []])
        self.assertEqual(listed["data"], json.loads(self.server.command("library", "list", "--json"))["libraries"])
        self.assertEqual([library["name"] for library in listed["data"]], ["drinks"])

    def test_status_of_each_file(self):
        shown = self.server.ask("GET", "/v1/libraries/drinks").json()
        self.assertEqual([shown.pop(name) for name in ("indexing", "indexing_stopped", "missing_folders")], [None, False, []])
        self.assertEqual(shown, json.loads(self.server.command("library", "show", "drinks", "--json")))
        states = {os.path.basename(document["file"]): document["state"] for document in shown["documents"]}
        self.assertEqual(states["tea.txt"], "current")
        self.assertEqual(states["broken.pdf"], "failed")

    def test_search_is_the_command_lines(self):
        found = self.server.ask("POST", "/v1/libraries/drinks/search", {"query": QUESTION, "top_k": 2}).json()
        expected = self.server.command("search", QUESTION, "--library", "drinks", "--top-k", "2", "--json")
        self.assertEqual(found["data"], json.loads(expected)["passages"])

    def test_answers_with_citations(self):
        answer = self.ask()
        expected = self.expected()
        self.assertEqual(answer.choices[0].message.content, expected["answer"])
        self.assertIn("80 degrees", expected["answer"])
        for name in ("citations", "passages", "sentences", "declined", "query"):
            self.assertEqual(getattr(answer, name), expected[name])
        self.assertTrue(answer.citations)
        self.assertEqual(answer.usage.completion_tokens, expected["usage"]["output_tokens"])

    def test_streams_with_citations(self):
        whole = self.ask()
        pieces = list(self.ask(stream=True, stream_options={"include_usage": True}))
        text = "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices)
        self.assertEqual(text, whole.choices[0].message.content)
        last = pieces[-2]
        self.assertEqual(last.choices[0].finish_reason, "stop")
        self.assertEqual(last.citations, whole.citations)
        self.assertEqual(last.passages, whole.passages)
        self.assertEqual(pieces[-1].usage, whole.usage)

    def test_what_max_tokens_cut_says_so(self):
        self.assertEqual(self.ask(max_tokens=4).choices[0].finish_reason, "length")
        self.assertEqual(list(self.ask(max_tokens=4, stream=True))[-1].choices[0].finish_reason, "length")
        self.assertEqual(self.ask().choices[0].finish_reason, "stop")

    def test_without_a_seed_each_answer_is_another(self):
        def texts(seed):
            asked = [self.ask(temperature=2, seed=seed) for _ in range(4)]
            return {answer.choices[0].message.content for answer in asked} | {answer.usage.completion_tokens for answer in asked}

        self.assertEqual(len(texts(7)), 2)
        self.assertGreater(len(texts(None)), 2)

    def test_declines(self):
        self.assertTrue(self.ask("Who won the football world cup in 1998?").declined)

    def test_follow_ups(self):
        messages = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": "At 80 degrees [1]."},
                    {"role": "user", "content": "And for how long?"}]
        answer = self.client.chat.completions.create(model=CHAT_MODEL, messages=messages,
                                                     extra_body={"library": "drinks"})
        self.assertIn(QUESTION, answer.query)

    def test_a_short_question_about_something_else(self):
        messages = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": "At 80 degrees [1]."},
                    {"role": "user", "content": "What does the zebra say?"}]
        answer = self.client.chat.completions.create(model=CHAT_MODEL, messages=messages, temperature=0,
                                                     extra_body={"library": "drinks"})
        alone = self.ask("What does the zebra say?")
        self.assertFalse(alone.declined)
        self.assertEqual(answer.choices[0].message.content, alone.choices[0].message.content)
        self.assertEqual(answer.citations, alone.citations)

    def test_names_of_files_are_text(self):
        found = self.server.ask("POST", "/v1/libraries/drinks/search", {"query": "What does the zebra say?"})
        self.assertEqual(found.headers["content-type"], "application/json")
        self.assertIn("<script>", found.json()["data"][0]["file"])

    def test_what_there_is_not(self):
        for name in ("missing", "../drinks", "..", ".", "drinks\x00", "/etc/passwd", "", "drinks.db"):
            with self.assertRaises(openai.NotFoundError) as caught:
                self.ask(library=name)
            self.assertEqual(caught.exception.code, "library_not_found")
        for path in ("missing", "..%2fdrinks", "%2e%2e", "drinks%00", "drinks.db"):
            self.assertEqual(self.server.ask("GET", "/v1/libraries/" + path).status, 404, path)
            answer = self.server.ask("POST", f"/v1/libraries/{path}/search", {"query": "x"})
            self.assertEqual(answer.status, 404, path)

    def test_what_does_not_go_with_it(self):
        for options in ({"n": 2}, {"stop": "x"}, {"top_p": 0.5}, {"top_p": 0}):
            with self.assertRaises(openai.BadRequestError) as caught:
                self.ask(**options)
            self.assertEqual(caught.exception.param, next(iter(options)))
        with self.assertRaises(openai.BadRequestError) as caught:
            self.client.chat.completions.create(model=CHAT_MODEL, messages=[{"role": "user", "content": QUESTION}],
                                                extra_body={"library": "drinks", "top_k": 1})
        self.assertEqual(caught.exception.param, "top_k")
        with self.assertRaises(openai.BadRequestError):
            self.ask("word " * 20_000)
        with self.assertRaises(openai.BadRequestError) as caught:
            self.client.chat.completions.create(model=CHAT_MODEL, messages=[{"role": "system", "content": "x"}],
                                                extra_body={"library": "drinks"})
        self.assertEqual(caught.exception.param, "messages[0].role")

    def test_what_another_process_reads_is_found(self):
        more = pathlib.Path(self.server.home) / "more"
        more.mkdir()
        (more / "cocoa.txt").write_text("Cocoa is stirred into milk of seventy degrees.\n")
        self.server.command("index", str(more), "--library", "drinks", "--json")
        query = {"query": "How warm is the milk for cocoa?", "top_k": 1}
        found = self.server.ask("POST", "/v1/libraries/drinks/search", query).json()["data"]
        self.assertTrue(found[0]["file"].endswith("cocoa.txt"))
        self.server.command("index", self.folder, "--library", "drinks", "--json")

    def test_what_another_process_deletes_and_makes_anew(self):
        folders = [pathlib.Path(self.server.home) / name for name in ("before", "after")]
        for folder, text in zip(folders, ("The ferry sails at six.", "The ferry sails at nine.")):
            folder.mkdir()
            (folder / "ferry.txt").write_text(text)
        query = {"query": "When does the ferry sail?", "top_k": 1}
        for folder, hour in zip(folders, ("six", "nine")):
            self.server.command("index", str(folder), "--library", "harbour", "--json")
            found = self.server.ask("POST", "/v1/libraries/harbour/search", query).json()["data"]
            self.assertIn(hour, found[0]["text"])
            self.server.command("library", "rm", "harbour", "--yes")
        self.assertEqual(self.server.ask("POST", "/v1/libraries/harbour/search", query).status, 404)


class FolderTest(ServerTest):
    def test_folders_are_read_while_it_serves(self):
        server = Server(documents(self.server), "--library", "mine")
        self.addCleanup(server.close)
        self.eventually(lambda: server.ask("GET", "/v1/libraries/mine").json()["indexing"] is None)
        shown = server.ask("GET", "/v1/libraries/mine").json()
        self.assertEqual(shown["library"]["documents"], 3)
        self.assertEqual(shown["library"]["failed"], 1)
        self.assertIn("not read", server.log())

    def test_stops_while_it_reads(self):
        folder = pathlib.Path(self.server.home) / "many"
        folder.mkdir()
        for i in range(300):
            (folder / f"{i}.txt").write_text(f"Document {i}. " + "It says little. " * 200)
        server = Server(str(folder), "--library", "many")
        self.addCleanup(server.close)
        server.process.terminate()
        self.assertEqual(server.process.wait(PATIENCE), 0)

    def test_a_folder_that_is_missing(self):
        with self.assertRaisesRegex(RuntimeError, "does not exist"):
            Server("/nowhere/at/all")


if __name__ == "__main__":
    unittest.main()
