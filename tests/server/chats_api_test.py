"""Kept chats over the API: stored, changed, searched, exported, and what happens to them when things go wrong."""

import concurrent.futures
import os
import pathlib
import re
import sqlite3
import stat
import unittest

from served import Server, ServerTest

QUOTE = "Green tea is *brewed* at 80 degrees. <script>alert(1)</script>"
ANSWER = {
    "citations": [
        {"number": 2, "file": "/home/me/tea_and_cake.pdf", "page": 3, "quote": QUOTE, "quote_span": [10, 46], "answer_span": [0, 9]},
        {"number": 2, "file": "/home/me/tea_and_cake.pdf", "page": 3, "quote": QUOTE, "quote_span": [10, 46], "answer_span": [10, 20]},
        {"number": 1, "file": "/home/me/notes.md", "page": None, "quote": "Short.", "answer_span": [0, 9]},
    ],
    "declined": False,
    "timing": {"ttft_ms": 12.5},
}
MESSAGES = [
    {"role": "user", "content": "How hot is the water\nfor green tea?"},
    {"role": "assistant", "content": "At 80 degrees [2]. Äpfel [1].", "answer": ANSWER},
]


def kept(server):
    return pathlib.Path(server.home) / "data/lectern/chats.sqlite"


class ChatsTest(ServerTest):
    def setUp(self):
        for chat in self.list()["data"]:
            self.server.ask("DELETE", "/v1/chats/" + chat["id"])

    def list(self, query=""):
        return self.server.ask("GET", "/v1/chats" + query).json()

    def create(self, **fields):
        answer = self.server.ask("POST", "/v1/chats", {"messages": MESSAGES} | fields)
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json()

    def refused(self, answer, status, param=None):
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(answer.error()["param"], param, answer.body)
        return answer.error()

    def test_a_chat_comes_back_as_it_was_given(self):
        chat = self.create(title="Tea", library="drinks")
        self.assertEqual(chat["messages"], MESSAGES)
        self.assertEqual((chat["title"], chat["library"], chat["revision"]), ("Tea", "drinks", 1))
        self.assertEqual(self.server.ask("GET", "/v1/chats/" + chat["id"]).json(), chat)
        listed = self.list()
        self.assertEqual(listed["data"], [chat | {"messages": 2}])
        self.assertEqual((listed["total"], listed["has_more"]), (1, False))
        self.assertEqual(stat.S_IMODE(kept(self.server).stat().st_mode), 0o600, "nobody else's")

    def test_its_first_question_is_its_title_until_it_has_one(self):
        chat = self.create(messages=[])
        self.assertEqual(chat["title"], "")
        path = "/v1/chats/" + chat["id"]
        chat = self.server.ask("PUT", path, {"revision": 1, "messages": MESSAGES}).json()
        self.assertEqual(chat["title"], "How hot is the water for green tea?")
        chat = self.server.ask("PUT", path, {"revision": 2, "title": "Mine", "messages": MESSAGES}).json()
        chat = self.server.ask("PUT", path, {"revision": 3, "messages": MESSAGES[:1]}).json()
        self.assertEqual((chat["title"], chat["messages"], chat["revision"]), ("Mine", MESSAGES[:1], 4))
        long = self.create(messages=[{"role": "user", "content": "茶" * 100}])
        self.assertEqual(long["title"], "茶" * 60 + "…")

    def test_an_older_revision_is_refused(self):
        chat = self.create()
        path = "/v1/chats/" + chat["id"]
        self.assertEqual(self.server.ask("PUT", path, {"revision": 1, "messages": []}).status, 200)
        error = self.refused(self.server.ask("PUT", path, {"revision": 1, "messages": MESSAGES}), 409, "revision")
        self.assertEqual(error["code"], "revision_conflict")
        self.assertEqual(self.server.ask("GET", path).json()["messages"], [])
        self.refused(self.server.ask("PUT", path, {"messages": []}), 400, "revision")

    def test_search(self):
        for title, text in (("Tea", "GREEN leaves"), ("Obst", "ÄPFEL und Birnen 100%_"), ("茶", "绿茶怎么泡")):
            self.create(title=title, messages=[{"role": "user", "content": text}])
        for query, found in (("green", ["Tea"]), ("tea%20LEAVES", ["Tea"]), ("tea+birnen", []), ("%C3%A4pfel", ["Obst"]), ("100%25_", ["Obst"]),
                             ("%25", ["Obst"]), ("%E7%BB%BF%E8%8C%B6", ["茶"]), ("%27%22", []), ("", ["茶", "Obst", "Tea"])):
            self.assertEqual([chat["title"] for chat in self.list("?query=" + query)["data"]], found, query)
        page = self.list("?limit=2&offset=1")
        self.assertEqual([chat["title"] for chat in page["data"]], ["Obst", "Tea"])
        self.assertEqual((page["total"], page["has_more"]), (3, False))
        self.assertTrue(self.list("?limit=2")["has_more"])

    def test_the_latest_change_comes_first(self):
        first, second = self.create(title="first"), self.create(title="second")
        self.assertEqual([chat["id"] for chat in self.list()["data"]], [second["id"], first["id"]])
        self.server.ask("PUT", "/v1/chats/" + first["id"], {"revision": 1, "messages": []})
        self.assertEqual([chat["id"] for chat in self.list()["data"]], [first["id"], second["id"]])

    def test_deleted(self):
        chat = self.create()
        path = "/v1/chats/" + chat["id"]
        self.assertEqual(self.server.ask("DELETE", path).json(), {"id": chat["id"], "object": "chat.deleted", "deleted": True})
        for answer in (self.server.ask("GET", path), self.server.ask("DELETE", path), self.server.ask("GET", path + "/markdown"),
                       self.server.ask("PUT", path, {"revision": 1, "messages": []})):
            self.assertIn("/v1/chats lists them", self.refused(answer, 404)["message"])

    def test_markdown(self):
        chat = self.create(title="# <b>Tea</b>")
        answer = self.server.ask("GET", f"/v1/chats/{chat['id']}/markdown")
        self.assertEqual(answer.headers["content-type"], "text/markdown; charset=utf-8")
        self.assertEqual(answer.headers["content-disposition"], f'attachment; filename="{chat["id"]}.md"')
        quote = r"Green tea is \*brewed\* at 80 degrees. \<script\>alert(1)\</script\>"
        self.assertEqual(answer.body.decode(), r"""# \# \<b\>Tea\</b\>

## Question

How hot is the water
for green tea?

## Answer

At 80 degrees [2]. Äpfel [1].

**Sources**

- \[1\] /home/me/notes.md: “Short.”
- \[2\] /home/me/tea\_and\_cake.pdf, page 3: “""" + quote + "”\n")
        chinese = self.server.ask("GET", f"/v1/chats/{chat['id']}/markdown?language=zh-CN").body.decode()
        self.assertIn("**来源**\n", chinese)
        self.assertIn("tea\\_and\\_cake.pdf，第 3 页：“", chinese)

    def test_odd_answers_are_kept_and_exported(self):
        for odd in ({}, {"citations": None}, {"citations": 7}, {"citations": [1, None, {}, {"number": "x"}, {"number": 1, "file": 3, "page": "x"}]}):
            chat = self.create(messages=[{"role": "assistant", "content": "x", "answer": odd}])
            self.assertEqual(chat["messages"][0]["answer"], odd)
            self.assertEqual(self.server.ask("GET", f"/v1/chats/{chat['id']}/markdown").status, 200)

    def test_many_members(self):
        """An answer of 200,000 of them would hold the server up for minutes if each were looked for among the others."""
        answer = {f"m{i}": i for i in range(200_000)}
        chat = self.create(messages=[MESSAGES[0], MESSAGES[1] | {"answer": answer}])
        shown = self.server.ask("GET", "/v1/chats/" + chat["id"]).json()
        self.assertEqual(shown["messages"][1]["answer"], answer)
        self.assertEqual(shown["messages"], chat["messages"])
        self.assertEqual(self.server.ask("GET", f"/v1/chats/{chat['id']}/markdown").status, 200)

    def test_wrong_ones_are_named(self):
        for body, param in (({}, "messages"), ({"messages": 1}, "messages"), ({"messages": [1]}, "messages[0]"),
                            ({"messages": [{"content": "x"}]}, "messages[0].role"), ({"messages": [{"role": "user"}]}, "messages[0].content"),
                            ({"messages": [{"role": "x", "content": "x"}]}, "messages[0].role"),
                            ({"messages": [{"role": "user", "content": "x", "html": "x"}]}, "messages[0].html"),
                            ({"messages": [{"role": "user", "content": "x", "answer": []}]}, "messages[0].answer"),
                            ({"messages": [], "title": 1}, "title"), ({"messages": [], "title": "茶" * 251}, "title"),
                            ({"messages": [], "library": {"a": 1}}, "library"), ({"messages": [], "id": "x"}, "id")):
            self.refused(self.server.ask("POST", "/v1/chats", body), 400, param)
        for query, param in (("limit=0", "limit"), ("limit=x", "limit"), ("limit=1001", "limit"), ("offset=-1", "offset"), ("query=a&query=b", "query"),
                             ("order=up", "order"), ("query=%zz", None), ("query=%00", None)):
            self.refused(self.server.ask("GET", "/v1/chats?" + query), 400, param)
        for path in ("/v1/chats/..%2f..%2fetc%2fpasswd", "/v1/chats/%00", "/v1/chats/%ff", "/v1/chats/' OR 1=1", "/v1/chats/" + "x" * 5000):
            self.assertIn(self.server.ask("GET", path.replace(" ", "%20")).status, (400, 404))
        self.assertEqual(self.list()["data"], [])

    def test_the_library_list_knows_nothing_of_it(self):
        self.create()
        self.assertEqual(self.server.ask("GET", "/v1/libraries").json()["data"], [])


class LargeChatTest(ServerTest):
    OPTIONS = ("--max-body", "8M")

    def test_limit(self):
        message = {"role": "user", "content": "x" * (1 << 20)}
        self.assertEqual(self.server.ask("POST", "/v1/chats", {"messages": [message] * 3}).status, 201)
        answer = self.server.ask("POST", "/v1/chats", {"messages": [message] * 4})
        self.assertEqual((answer.status, answer.error()["code"]), (413, "chat_too_large"))


class TroubleTest(unittest.TestCase):
    def serve(self, **options):
        server = Server(**options)
        self.addCleanup(server.close)
        return server

    def create(self, server, title):
        return server.ask("POST", "/v1/chats", {"title": title, "messages": MESSAGES})

    def titles(self, server):
        return sorted(chat["title"] for chat in server.ask("GET", "/v1/chats?limit=1000").json()["data"])

    def test_two_servers_on_one_folder(self):
        one = self.serve()
        two = self.serve(environment={"XDG_DATA_HOME": one.home + "/data"})
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            made = list(pool.map(lambda i: self.create((one, two)[i % 2], f"{i:03}"), range(60)))
        self.assertEqual([answer.body for answer in made if answer.status != 201], [])
        self.assertEqual(self.titles(one), [f"{i:03}" for i in range(60)])
        self.assertEqual(self.titles(two), self.titles(one))
        # Of several who change one revision, one succeeds.
        path = "/v1/chats/" + made[0].json()["id"]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            changed = list(pool.map(lambda i: (one, two)[i % 2].ask("PUT", path, {"revision": 1, "messages": []}).status, range(8)))
        self.assertEqual(sorted(changed), [200] + [409] * 7)

    def test_what_was_answered_survives_a_kill(self):
        one = self.serve()
        for i in range(5):
            self.assertEqual(self.create(one, str(i)).status, 201)
        one.process.kill()
        one.process.wait()
        two = self.serve(environment={"XDG_DATA_HOME": one.home + "/data"})
        self.assertEqual(self.titles(two), ["0", "1", "2", "3", "4"])

    def test_a_locked_file(self):
        server = self.serve()
        self.create(server, "before")
        lock = sqlite3.connect(kept(server), isolation_level=None)
        self.addCleanup(lock.close)
        lock.execute("BEGIN IMMEDIATE")
        self.assertEqual(self.titles(server), ["before"], "reading goes on")
        refused = self.create(server, "meanwhile")
        self.assertEqual(refused.status, 409)
        self.assertIn("Another process holds it: try again", refused.error()["message"])
        lock.execute("ROLLBACK")
        self.assertEqual(self.create(server, "after").status, 201)
        self.assertEqual(self.titles(server), ["after", "before"])

    def test_another_files_bytes(self):
        server = self.serve()
        kept(server).write_bytes(b"This is no database. " * 1000)
        for answer in (server.ask("GET", "/v1/chats"), self.create(server, "x")):
            self.assertEqual(answer.status, 500)
            self.assertRegex(answer.error()["message"], r"file of kept chats .*move it away")
        self.assertEqual(kept(server).read_bytes(), b"This is no database. " * 1000, "it is left as it is")
        self.assertEqual(server.ask("GET", "/v1/libraries").status, 200)
        os.rename(kept(server), kept(server).with_suffix(".old"))
        self.assertEqual(self.create(server, "new").status, 201, "as the message says")

    def test_another_programs_database(self):
        server = self.serve()
        with sqlite3.connect(kept(server)) as database:
            database.execute("CREATE TABLE chats (id)")
        database.close()
        self.assertIn("another program's", self.create(server, "x").error()["message"])

    def test_a_newer_lecterns_file(self):
        server = self.serve()
        self.create(server, "x")
        with sqlite3.connect(kept(server)) as database:
            database.execute("PRAGMA user_version = 99")
        database.close()
        self.assertIn("newer Lectern", server.ask("GET", "/v1/chats").error()["message"])

    def test_damage(self):
        """Whatever byte is wrong, the answer is a chat or an error in words."""
        server = self.serve()
        self.create(server, "one")
        chat = self.create(server, "two").json()
        whole = bytearray(kept(server).read_bytes())
        self.assertGreater(len(whole), 8192)
        for at in range(0, len(whole), 211):
            damaged = whole.copy()
            damaged[at] ^= 0xFF
            kept(server).write_bytes(damaged)
            for path in ("/v1/chats", "/v1/chats/" + chat["id"]):
                answer = server.ask("GET", path)
                self.assertIn(answer.status, (200, 404, 500), answer.body)
                if answer.status == 500:
                    self.assertRegex(answer.error()["message"], "kept chats|restore that file")
        kept(server).write_bytes(whole)
        self.assertEqual(self.titles(server), ["one", "two"])

    def test_a_full_disk(self):
        """A limit of the process stands for it: beyond it, writing fails."""
        server = self.serve()
        self.create(server, "before")
        import resource
        limits = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (40_000, limits[1]))
        big = {"messages": [{"role": "user", "content": "x" * 200_000}]}
        answer = server.ask("POST", "/v1/chats", big)
        self.assertEqual(answer.status, 500)
        self.assertRegex(answer.error()["message"], "disk.*what was committed is kept")
        self.assertEqual(self.titles(server), ["before"])
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, limits)
        self.assertEqual(server.ask("POST", "/v1/chats", big).status, 201)
        self.assertEqual(len(self.titles(server)), 2)


if __name__ == "__main__":
    unittest.main()
