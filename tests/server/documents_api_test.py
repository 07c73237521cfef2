"""A library's documents over the API: their text, where words stand, their bytes; and files that are none of theirs."""

import json
import os
import pathlib
import shutil
import unittest
import urllib.parse

from served import CHAT_MODEL, ServerTest

DATA = pathlib.Path(__file__).parents[1] / "library/data/documents"
PAGE = "<html><body><script>alert(1)</script><h1>Tea</h1><p>Green tea needs 80 degrees.</p></body></html>"
SECRET = "root:x:0:0 is nobody's business.\n"


class DocumentsTest(ServerTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        home = pathlib.Path(cls.server.home)
        cls.folder, cls.outside = home / "documents", home / "outside"
        cls.folder.mkdir()
        cls.outside.mkdir()
        (cls.outside / "secret.txt").write_text(SECRET)
        shutil.copy(DATA / "weasyprint.pdf", cls.folder / "paper.pdf")
        (cls.folder / "page.html").write_text(PAGE)
        (cls.folder / "note \"ü\".md").write_text("# Kopf\n\nGrüner Tee braucht 80 Grad.\n\n## Zweitens\n\nUnd zwei Minuten.\n")
        # Its bytes are sent whatever they are; as a text they would have to be embedded first.
        (cls.folder / "large.pdf").write_text("".join(f"Line {i} of what is no PDF.\n" for i in range(200_000)))
        (cls.folder / "talk.vtt").write_text("WEBVTT\n\n00:00:01.000 --> 00:00:04.000\nWelcome to the talk.\n\n00:00:05.500 --> 00:00:09.000\nTea is next.\n")
        (cls.folder / "broken.pdf").write_text("This is no PDF.")
        for name in ("swapped.txt", "removed.txt", "pipe.txt", "inside.txt"):
            (cls.folder / name).write_text(f"An honest text, {name}.\n")
        (cls.folder / "out.txt").symlink_to(cls.outside / "secret.txt")
        (cls.folder / "out").symlink_to(cls.outside)
        (cls.folder / ".hidden").mkdir()
        (cls.folder / ".hidden/real.txt").write_text("A text behind a link.\n")
        (cls.folder / "link.txt").symlink_to(cls.folder / ".hidden/real.txt")
        cls.server.command("index", str(cls.folder), "--library", "drinks", "--json")

    def ask(self, route, file, query="", method="GET", headers=None, library="drinks"):
        name = urllib.parse.quote(str(file).encode(), safe="")
        return self.server.ask(method, f"/v1/libraries/{library}/files/{route}?file={name}{query}", headers=headers)

    def test_text(self):
        text = self.ask("text", self.folder / 'note "ü".md').json()
        self.assertEqual((text["file"], text["type"]), (str(self.folder / 'note "ü".md'), "md"))
        self.assertNotIn("times", text)
        whole = text["text"].encode()
        self.assertEqual([(h["level"], whole[slice(*h["span"])].decode()) for h in text["headings"]], [(1, "Kopf"), (2, "Zweitens")])
        exported = [json.loads(line) for line in self.server.command("library", "export", "drinks").splitlines()]
        for one in exported:
            if one["state"] == "indexed":
                shown = self.ask("text", one["file"]).json()
                self.assertEqual(shown, {name: one[name] for name in shown})
        self.assertEqual(self.ask("text", self.folder / "talk.vtt").json()["times"][-1]["time"], 5.5)

    def test_citations_say_where_their_quote_stands(self):
        question = {"model": CHAT_MODEL, "library": "drinks", "messages": [{"role": "user", "content": "How hot is green tea?"}]}
        answer = self.server.ask("POST", "/v1/chat/completions", question).json()
        self.assertTrue(answer["citations"])
        for citation in answer["citations"]:
            text = self.ask("text", citation["file"]).json()["text"].encode()
            self.assertEqual(text[slice(*citation["quote_span"])].decode(), citation["quote"])

    def test_boxes(self):
        file = self.folder / "paper.pdf"
        text = self.ask("text", file).json()
        whole = text["text"].encode()
        for page in text["pages"]:
            begin, end = page["span"]
            sentence = whole[begin:end].split(b"\n")[0]
            found = self.ask("boxes", file, f"&begin={begin}&end={begin + len(sentence)}").json()["data"]
            self.assertEqual([one["page"] for one in found], [page["page"]])
            self.assertGreater(found[0]["height"], found[0]["width"])
            for left, top, right, bottom in found[0]["boxes"]:
                self.assertTrue(0 <= left < right <= 1 and 0 <= top < bottom <= 1)
        all_pages = self.ask("boxes", file, f"&begin=0&end={len(whole)}").json()["data"]
        self.assertEqual([one["page"] for one in all_pages], [page["page"] for page in text["pages"]])
        # The words of a line are one box.
        self.assertLess(sum(len(one["boxes"]) for one in all_pages), len(whole.split()) / 2)
        for nothing in ("&begin=3&end=3", "&begin=5&end=2"):
            self.assertEqual(self.ask("boxes", file, nothing).json(), {"data": []})
        self.assertEqual(self.ask("boxes", self.folder / "page.html", "&begin=0&end=9").json(), {"data": []})
        self.assertEqual(self.ask("boxes", file, "&begin=0&end=9223372036854775807").json()["data"], all_pages)

    def test_content(self):
        for name, kind in (("paper.pdf", "application/pdf"), ("page.html", "text/plain; charset=utf-8"), ("large.pdf", "application/pdf"),
                           ("broken.pdf", "application/pdf"), ("link.txt", "text/plain; charset=utf-8")):
            answer = self.ask("content", self.folder / name)
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.body, (self.folder / name).read_bytes())
            self.assertEqual(answer.headers["content-type"], kind)
            self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
            self.assertIn("default-src 'none'", answer.headers["content-security-policy"])
            self.assertEqual(answer.headers["content-disposition"], "inline; filename*=UTF-8''" + name)
        answer = self.ask("content", self.folder / 'note "ü".md')
        self.assertEqual(answer.headers["content-disposition"], "inline; filename*=UTF-8''note%20%22%C3%BC%22.md")

    def test_ranges(self):
        file = self.folder / "large.pdf"
        whole = file.read_bytes()
        size = len(whole)
        for header, part in (("bytes=0-99", (0, 100)), (f"bytes={size - 5}-", (size - 5, size)), ("bytes=-7", (size - 7, size)),
                             ("bytes=1000000-1999999", (1000000, 2000000)), (f"bytes=0-{size * 2}", (0, size))):
            answer = self.ask("content", file, headers={"Range": header})
            self.assertEqual(answer.status, 206)
            self.assertEqual(answer.headers["content-range"], f"bytes {part[0]}-{part[1] - 1}/{size}")
            self.assertEqual(answer.headers["content-length"], str(part[1] - part[0]))
            self.assertEqual(answer.body, whole[slice(*part)])
        for header in ("bytes=1-2,4-5", "nonsense", "bytes=5-2"):
            self.assertEqual(self.ask("content", file, headers={"Range": header}).body, whole)
        self.assertEqual(self.ask("content", file, headers={"Range": "bytes=0-9", "If-Range": '"x"'}).body, whole)
        refused = self.ask("content", file, headers={"Range": f"bytes={size}-"})
        self.assertEqual((refused.status, refused.headers["content-range"]), (416, f"bytes */{size}"))
        self.assertIn(f"{size} bytes", refused.error()["message"])

    def test_head(self):
        file = self.folder / "large.pdf"
        answer = self.ask("content", file, method="HEAD", headers={"Range": "bytes=0-9"})
        self.assertEqual((answer.status, answer.body), (200, b""))
        self.assertEqual(answer.headers["content-length"], str(file.stat().st_size))
        self.assertEqual(answer.headers["accept-ranges"], "bytes")
        for path in ("/v1/models", "/nothing", "/v1/chat/completions"):
            answer = self.server.ask("HEAD", path)
            self.assertEqual(answer.body, b"")
            self.assertGreater(int(answer.headers["content-length"]), 0)
        # Another request may follow on the same connection.
        with self.server.connect() as connection:
            connection.sendall(b"HEAD /health HTTP/1.1\r\nHost: localhost\r\n\r\nGET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            data = b""
            while piece := connection.recv(1 << 16):
                data += piece
        self.assertEqual(data.count(b"HTTP/1.1 200 OK"), 2)
        self.assertEqual(data.count(b'{"status":"ok"}'), 1)

    def test_suggestions(self):
        sections = {"Plots and sheds": "A plot has three hundred square metres, and a shed of eight square metres at most may stand on it. "
                                       "It needs the board's consent before it is built.",
                    "Compost and fire": "Compost is kept in the corner away from the path. Open fires are forbidden all year round, and so is "
                                        "burning leaves, also in autumn.",
                    "Introduction": "These rules were made in spring, and they hold for everybody who has a plot. They are read to new members."}
        folder = pathlib.Path(self.server.home) / "rules"
        folder.mkdir()
        (folder / "rules.md").write_text("# Garden rules\n\n" + "".join(f"## {name}\n\n{text}\n\n" for name, text in sections.items()))
        self.server.command("index", str(folder), "--library", "garden", "--json")
        path = "/v1/libraries/garden/suggestions"
        self.assertEqual(self.server.ask("GET", path).json()["data"],
                         ["What does “Garden rules” say about plots and sheds?", "What does “Garden rules” say about compost and fire?",
                          "What is “Garden rules” about?"])
        self.assertEqual(self.server.ask("GET", path + "?language=zh").json()["data"][0], "关于“Plots and sheds”，《Garden rules》里是怎么说的？")
        self.assertEqual(self.server.ask("GET", path + "?count=9").error()["param"], "count")
        self.assertEqual(self.server.ask("GET", "/v1/libraries/none/suggestions").status, 404)

    def test_a_slow_reader_costs_little_memory(self):
        file = urllib.parse.quote(str(self.folder / "large.pdf"), safe="")
        before = self.resident()
        connections = []
        for _ in range(50):
            connection = self.server.connect(receive_bytes=4096)
            self.addCleanup(connection.close)
            connection.sendall(f"GET /v1/libraries/drinks/files/content?file={file} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            self.assertIn(b"200 OK", connection.recv(100))
            connections.append(connection)
        self.assertLess(self.resident() - before, 100 << 20, "50 × 5.5 MB would be 275 MB")

    def resident(self):
        return int(pathlib.Path(f"/proc/{self.server.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")

    def nothing(self, file, routes=("content", "text", "boxes"), library="drinks"):
        for route in routes:
            answer = self.ask(route, file, "&begin=0&end=9" if route == "boxes" else "", library=library)
            self.assertEqual(answer.status, 404, (route, file, answer.body))
            self.assertNotIn(b"nobody's business", answer.body)

    def test_nothing_but_documents_of_that_library(self):
        for file in ("/etc/passwd", self.outside / "secret.txt", self.folder / "../outside/secret.txt", self.folder, "paper.pdf", "../outside/secret.txt",
                     str(self.folder / "paper.pdf") + "/", f"{self.folder}//paper.pdf", "/proc/self/environ", "/dev/zero", "file:///etc/passwd",
                     self.folder / "out/secret.txt", self.server.home + "/data/lectern/drinks.db", "https://example.com/x", "%00", "\u202e", "*"):
            self.nothing(file)
        self.nothing(self.folder / "paper.pdf", library="other")
        for library in ("..%2f..%2fetc", "%2e%2e", "..", "%00"):
            self.assertIn(self.ask("content", self.folder / "paper.pdf", library=library).status, (400, 404))

    def test_links_that_lead_out(self):
        self.nothing(self.folder / "out.txt")
        file = self.folder / "swapped.txt"
        self.assertEqual(self.ask("content", file).status, 200)
        file.unlink()
        file.symlink_to(self.outside / "secret.txt")
        self.nothing(file, ["content"])
        file.unlink()
        file.symlink_to(self.folder / "inside.txt")
        self.assertEqual(self.ask("content", file).body, (self.folder / "inside.txt").read_bytes(), "one that stays inside")
        file.unlink()
        file.symlink_to(file)
        self.nothing(file, ["content"])

    def test_a_folder_that_became_a_link(self):
        folder = pathlib.Path(self.server.home) / "moved"
        (folder / "below").mkdir(parents=True)
        (folder / "below/secret.txt").write_text("An honest text.\n")
        self.server.command("index", str(folder), "--library", "moved", "--json")
        self.assertEqual(self.ask("content", folder / "below/secret.txt", library="moved").status, 200)
        (folder / "below").rename(folder / "was")
        (folder / "below").symlink_to(self.outside)
        self.nothing(folder / "below/secret.txt", ["content"], library="moved")

    def test_what_is_no_file_any_more(self):
        (self.folder / "removed.txt").unlink()
        self.nothing(self.folder / "removed.txt", ["content"])
        self.assertEqual(self.ask("text", self.folder / "removed.txt").status, 200, "the library holds its text still")
        pipe = self.folder / "pipe.txt"
        pipe.unlink()
        os.mkfifo(pipe)
        self.nothing(pipe, ["content"])
        pipe.unlink()
        pipe.mkdir()
        self.nothing(pipe, ["content"])

    def test_what_could_not_be_read_has_no_text(self):
        self.nothing(self.folder / "broken.pdf", ["text", "boxes"])
        self.assertRegex(self.ask("text", self.folder / "broken.pdf").error()["message"], r'broken.pdf" .*PDF')

    def test_wrong_parameters_are_named(self):
        base = "/v1/libraries/drinks/files/"
        file = urllib.parse.quote(str(self.folder / "paper.pdf"), safe="")
        for path, param in (("text", "file"), ("text?file=", "file"), (f"text?file={file}&file={file}", "file"), (f"text?file={file}&x=1", "x"),
                            (f"content?file={file}&download=1", "download"), (f"boxes?file={file}", "begin"), (f"boxes?file={file}&begin=0", "end"),
                            (f"boxes?file={file}&begin=-1&end=2", "begin"), (f"boxes?file={file}&begin=a&end=2", "begin"),
                            ("content?file=%00", None), ("content?file=%zz", None)):
            answer = self.server.ask("GET", base + path)
            self.assertEqual((answer.status, answer.error()["param"]), (400, param), path)


if __name__ == "__main__":
    unittest.main()
