"""Libraries that are made, filled, kept in step and deleted over the API."""

import os
import pathlib
import shutil
import stat
import time
import unittest
import urllib.parse

from served import PATIENCE, Server, ServerTest


def write_many(folder, documents=300):
    folder.mkdir()
    for i in range(documents):
        (folder / f"{i}.txt").write_text(f"Document {i}. " + "It says little. " * 200)


class LiveTest(ServerTest):
    def setUp(self):
        self.folder = pathlib.Path(self.server.home) / self.id().rsplit(".", 1)[1]
        self.folder.mkdir()

    def ask(self, method, path, body=None, status=200):
        answer = self.server.ask(method, "/v1/libraries" + path, body)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json()

    def refused(self, method, path, body=None, status=400):
        return self.ask(method, path, body, status)["error"]

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)
        return str(path)

    def idle(self, library):
        self.eventually(lambda: self.ask("GET", f"/{library}")["indexing"] is None)

    def found(self, library, query):
        return [passage["text"] for passage in self.ask("POST", f"/{library}/search", {"query": query, "top_k": 1})["data"]]


class LibrariesTest(LiveTest):
    def test_made_filled_and_deleted(self):
        self.write("tea.txt", "Sencha steeps at seventy degrees.")
        made = self.ask("POST", "", {"name": "made", "folders": [str(self.folder)]}, status=201)
        self.assertEqual(made["name"], "made")
        self.assertEqual(made["folders"], [str(self.folder)])
        self.idle("made")
        self.assertIn("seventy", self.found("made", "How is sencha made?")[0])
        figures = self.server.metrics()
        self.assertEqual([figures[f'lectern_{what}{{library="made"}}'] for what in ("documents", "chunks")], [1, 1])
        self.assertEqual(self.refused("POST", "", {"name": "made"}, 409)["code"], "library_exists")
        deleted = self.ask("DELETE", "/made")
        self.assertEqual(deleted, {"id": "made", "object": "library.deleted", "deleted": True})
        self.refused("GET", "/made", status=404)
        self.refused("DELETE", "/made", status=404)
        self.assertFalse([f for f in pathlib.Path(self.server.home, "data/lectern").iterdir() if f.name.startswith("made")])
        self.assertTrue((self.folder / "tea.txt").exists())
        again = self.ask("POST", "", {"name": "made"}, status=201)
        self.assertEqual((again["documents"], again["folders"], again["indexing"]), (0, [], None))

    def test_names_that_are_refused(self):
        for name in ("", "../up", "a/b", ".", "..", ".hidden", " led", "trailed ", "x.db", "x\x00y", "x\ny", "n" * 101):
            self.assertEqual(self.refused("POST", "", {"name": name})["param"], "name", name)
        self.refused("POST", "", {"name": 7})
        self.refused("POST", "", {"name": "fine", "other": 1})
        self.ask("POST", "", {"name": "文档 <b> %2f & more"}, status=201)
        self.ask("GET", "/" + urllib.parse.quote("文档 <b> %2f & more", safe=""))

    def test_folders_that_are_refused(self):
        self.ask("POST", "", {"name": "picky"}, status=201)
        for path in ("", "relative", "~", "/", "/proc/self", "/sys", "/dev/null", "/nowhere/at/all", "/tmp\x00/x",
                     "https://example.org/", "/dev/../proc"):
            status = 404 if path == "/nowhere/at/all" else 400
            self.assertEqual(self.refused("POST", "/picky/folders", {"path": path}, status)["param"], "path", path)
            self.refused("POST", "", {"name": "unmade", "folders": [path]}, status)
        self.refused("GET", "/unmade", status=404)
        self.assertEqual(self.ask("GET", "/picky")["library"]["folders"], [])
        self.refused("POST", "/missing/folders", {"path": "/tmp"}, 404)

    def test_folders_come_and_go(self):
        self.write("one/tea.txt", "Sencha steeps at seventy degrees.")
        self.write("two/coffee.txt", "Espresso needs nine bar.")
        self.write("two/deep/cocoa.txt", "Cocoa is stirred into milk.")
        one, two, deep = (str(self.folder / name) for name in ("one", "two", "two/deep"))
        self.ask("POST", "", {"name": "moving"}, status=201)
        for folder in (one, two, deep):
            self.assertIn(folder, self.ask("POST", "/moving/folders", {"path": folder + "/"}, 202)["folders"])
        self.idle("moving")
        self.assertEqual(self.ask("GET", "/moving")["library"]["documents"], 3)
        left = self.ask("DELETE", "/moving/folders?" + urllib.parse.urlencode({"path": two}))
        self.assertEqual((left["folders"], left["documents"]), ([one, deep], 2), "the deeper one is still a folder")
        self.assertIn("Cocoa", self.found("moving", "cocoa")[0])
        (self.folder / "one").rename(self.folder / "elsewhere")
        listed = {library["name"]: library for library in self.ask("GET", "")["data"]}
        for shown in (listed["moving"], self.ask("GET", "/moving")):
            self.assertEqual(shown["missing_folders"], [one])
        (self.folder / "elsewhere").rename(self.folder / "one")
        self.assertEqual(self.ask("GET", "/moving")["missing_folders"], [])
        self.assertNotIn("Espresso", self.found("moving", "espresso pressure")[0])
        self.refused("DELETE", "/moving/folders?path=" + two, status=404)
        for query in ("", "?path=", "?path=/a&path=/b", "?other=1", "?path=%zz", "?path=%00"):
            self.refused("DELETE", "/moving/folders" + query)

    def test_nobody_else_reads_what_it_holds(self):
        self.write("secret.txt", "The safe opens at seven.")
        self.ask("POST", "", {"name": "private", "folders": [str(self.folder)]}, status=201)
        self.idle("private")
        file = pathlib.Path(self.ask("GET", "/private")["library"]["file"])
        for path in [file, *file.parent.glob(file.name + "-[ws][ah]*")]:  # with what SQLite has beside it
            self.assertEqual(stat.S_IMODE(path.stat().st_mode) & 0o077, 0, path)

    def test_looks_again_when_asked(self):
        self.ask("POST", "", {"name": "again", "folders": [str(self.folder)]}, status=201)
        self.idle("again")
        self.write("new.txt", "The lighthouse is made of granite.")
        self.ask("POST", "/again/indexing", status=202)
        self.idle("again")
        self.assertIn("granite", self.found("again", "lighthouse")[0])

    def test_progress_waiting_and_cancelling(self):
        write_many(self.folder / "many")
        self.ask("POST", "", {"name": "long", "folders": [str(self.folder / "many")]}, status=201)
        self.ask("POST", "", {"name": "short", "folders": [str(self.folder / "many")]}, status=201)
        now, held = {}, 0

        def embeds_while_another_waits():
            nonlocal now, held
            listed = {one["name"]: one for one in self.ask("GET", "")["data"]}
            now, held = listed["long"]["indexing"], listed["long"]["documents"]
            return (now["stage"] == "embed" and now["seconds_left"] is not None
                    and listed["short"]["indexing"]["stage"] == "queued")

        self.eventually(embeds_while_another_waits)
        self.assertEqual(now["unit"], "word pieces")
        # All of them, unless its turn came again: then those that it did not hold by then.
        self.assertIn(now["documents_total"], range(300 - held, 301))
        self.assertGreater(now["per_second"], 0)
        self.assertLess(now["done"], now["total"])
        short = self.ask("DELETE", "/short/indexing")
        self.assertEqual((short["indexing"], short["indexing_stopped"]), (None, True))
        self.ask("DELETE", "/long/indexing")
        self.idle("long")
        read = self.ask("GET", "/long")["library"]["documents"]
        self.assertLess(read, 300)
        self.write("many/0.txt", "The harbour is made of granite.")  # a change does not bring it back
        time.sleep(2)
        for name, documents in (("long", read), ("short", 0)):
            shown = self.ask("GET", f"/{name}")
            self.assertEqual((shown["indexing"], shown["indexing_stopped"]), (None, True))
            self.assertEqual(shown["library"]["documents"], documents)
        self.assertFalse(self.ask("POST", "/short/indexing", status=202)["indexing_stopped"])
        self.idle("short")
        self.assertIn("granite", self.found("short", "What is the harbour made of?")[0])
        self.assertEqual(self.ask("GET", "/short")["library"]["documents"], 300)
        self.assertFalse(self.ask("DELETE", "/short/indexing")["indexing_stopped"], "there is nothing to stop")
        self.ask("POST", "/long/indexing", status=202)
        self.eventually(lambda: self.ask("GET", "/long")["library"]["documents"] > read)
        self.ask("DELETE", "/long")  # while it is read
        self.refused("GET", "/long", status=404)


class ChangesTest(LiveTest):
    """Nobody asks the server to look."""

    def setUp(self):
        super().setUp()
        self.inner = self.folder / "inner"
        self.inner.mkdir()
        self.library = self.folder.name
        self.ask("POST", "", {"name": self.library, "folders": [str(self.inner)]}, status=201)
        self.idle(self.library)

    def texts(self, query):
        passages = self.ask("POST", f"/{self.library}/search", {"query": query, "top_k": 100})["data"]
        return " ".join(passage["text"] for passage in passages)

    def appears(self, text):
        self.eventually(lambda: text in self.texts(text))

    def goes(self, text):
        self.eventually(lambda: text not in self.texts(text))

    def test_files_come_change_and_go(self):
        self.write("inner/tea.txt", "Sencha steeps at seventy degrees.")
        self.appears("seventy degrees")
        self.write("inner/tea.txt", "Sencha steeps at eighty degrees.")
        self.appears("eighty degrees")
        self.goes("seventy degrees")
        self.write("inner/.tea.txt.tmp", "Sencha steeps at ninety degrees.")
        os.rename(self.inner / ".tea.txt.tmp", self.inner / "tea.txt")  # as editors do
        self.appears("ninety degrees")
        (self.inner / "tea.txt").unlink()
        self.goes("ninety degrees")

    def test_folders_come_move_and_go(self):
        self.write("inner/new/deep/one.txt", "The harbour of granite.")
        self.appears("harbour of granite")
        self.write("inner/new/deep/two.txt", "The mill of limestone.")
        self.appears("mill of limestone")
        os.rename(self.inner / "new", self.inner / "moved")
        self.eventually(lambda: all("/moved/" in d["file"] for d in self.ask("GET", f"/{self.library}")["documents"]))
        self.write("inner/moved/deep/three.txt", "The tower of brick.")
        self.appears("tower of brick")
        os.rename(self.inner / "moved", self.folder / "outside")
        self.goes("harbour of granite")
        self.assertEqual(self.ask("GET", f"/{self.library}")["library"]["documents"], 0)

    def test_the_whole_folder_goes_and_comes_back(self):
        self.write("inner/one.txt", "The harbour of granite.")
        self.appears("harbour of granite")
        shutil.rmtree(self.inner)
        self.goes("harbour of granite")
        self.write("inner/one.txt", "The harbour of marble.")
        self.appears("harbour of marble")

    def test_links_that_lead_out_are_refused(self):
        self.write("secret.txt", "The password is swordfish.")
        self.write("outside/secret.txt", "The password is swordfish.")
        os.symlink(self.folder / "secret.txt", self.inner / "link.txt")
        os.symlink(self.folder / "outside", self.inner / "folder")
        self.write("inner/own.txt", "Nothing but this.")
        self.appears("Nothing but this")
        self.eventually(lambda: len(self.ask("GET", f"/{self.library}")["documents"]) == 3)
        shown = {os.path.basename(d["file"]): d for d in self.ask("GET", f"/{self.library}")["documents"]}
        for name in ("link.txt", "folder"):
            self.assertEqual(shown[name]["state"], "failed")
            self.assertIn("leads out of the folder", shown[name]["reason"])
        self.assertNotIn("swordfish", self.texts("password swordfish"))

    def test_a_library_of_the_command(self):
        """It is kept in step once somebody asks it."""
        self.write("more/one.txt", "The harbour of granite.")
        self.server.command("index", str(self.folder / "more"), "--library", "commanded")
        self.assertIn("granite", self.found("commanded", "harbour")[0])
        self.write("more/one.txt", "The harbour of marble.")
        self.eventually(lambda: "marble" in self.found("commanded", "harbour")[0])

    def test_an_emptied_file_keeps_its_text_until_it_stays_empty(self):
        self.write("inner/tea.txt", "Sencha steeps at seventy degrees.")
        self.appears("seventy degrees")
        self.write("inner/tea.txt", "")
        self.goes("seventy degrees")
        shown = self.ask("GET", f"/{self.library}/files?query=tea.txt")["data"][0]
        self.assertEqual((shown["state"], shown["reason"]), ("failed", "is empty"))

    def test_changes_go_before_a_long_reading(self):
        write_many(self.folder / "many", 1500)
        self.ask("POST", "", {"name": "long", "folders": [str(self.folder / "many")]}, status=201)
        self.eventually(lambda: (self.ask("GET", "/long")["indexing"] or {}).get("stage") == "embed")
        self.write("inner/tea.txt", "Sencha steeps at seventy degrees.")
        self.appears("seventy degrees")
        self.assertIsNotNone(self.ask("GET", "/long")["indexing"], "it is not done yet")
        self.ask("DELETE", "/long")

    def test_a_new_library_does_not_wait_for_a_long_reading(self):
        write_many(self.folder / "many", 3000)
        self.ask("POST", "", {"name": "long", "folders": [str(self.folder / "many")]}, status=201)
        self.eventually(lambda: (self.ask("GET", "/long")["indexing"] or {}).get("stage") == "embed")
        self.write("other/tea.txt", "Sencha steeps at seventy degrees.")
        self.ask("POST", "", {"name": "new", "folders": [str(self.folder / "other")]}, status=201)
        self.idle("new")
        self.assertIn("seventy degrees", self.found("new", "sencha")[0])
        self.assertIsNotNone(self.ask("GET", "/long")["indexing"], "it is not done yet")
        self.ask("DELETE", "/long")


class FilesTest(LiveTest):
    OPTIONS = ("--max-upload", "1M", "--max-body", "100K")

    def setUp(self):
        super().setUp()
        self.library = self.folder.name
        self.ask("POST", "", {"name": self.library}, status=201)

    def fill(self):
        for name in ("tea.txt", "coffee.md", "Cocoa.TXT", "broken.pdf"):
            self.write("docs/" + name, f"A word about {name.split('.')[0]}.")
        self.ask("POST", f"/{self.library}/folders", {"path": str(self.folder / "docs")}, 202)
        self.idle(self.library)

    def files(self, **query):
        return self.ask("GET", f"/{self.library}/files?" + urllib.parse.urlencode(query))

    def names(self, **query):
        return [file["name"] for file in self.files(**query)["data"]]

    def send(self, name, data, status=202, **headers):
        path = f"/v1/libraries/{self.library}/files?" + urllib.parse.urlencode({"name": name})
        answer = self.server.ask("POST", path, data, {"Content-Type": "application/octet-stream"} | headers)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json()

    def uploads(self):
        folder = pathlib.Path(self.server.home, "data/lectern/uploads", self.library)
        return sorted(os.listdir(folder)) if folder.exists() else []

    def file(self, name):
        return "?" + urllib.parse.urlencode({"file": str(self.folder / "docs" / name)})

    def test_listed_page_by_page(self):
        self.fill()
        everything = self.files()
        self.assertEqual((everything["total"], everything["has_more"]), (4, False))
        self.assertEqual(self.names(), ["Cocoa.TXT", "broken.pdf", "coffee.md", "tea.txt"])
        tea = everything["data"][3]
        self.assertEqual((tea["type"], tea["state"], tea["chunks"], tea["upload"]), ("txt", "current", 1, False))
        self.assertEqual(self.names(query="COFFEE"), ["coffee.md"])
        self.assertEqual(self.names(state="failed"), ["broken.pdf"])
        self.assertEqual(self.names(state="gone"), [])
        first = self.files(limit=3)
        self.assertEqual((len(first["data"]), first["has_more"], first["total"]), (3, True, 4))
        self.assertEqual((self.names(limit=3, offset=3), self.names(offset=99)), (["tea.txt"], []))
        for query in ("limit=0", "limit=x", "offset=-1", "state=odd", "other=1"):
            self.refused("GET", f"/{self.library}/files?{query}")

    def test_sent_and_deleted(self):
        sent = self.send("Grüner Tee + 绿茶.txt", "Sencha steeps at seventy degrees.".encode())
        self.assertEqual(sent["name"], "Grüner Tee + 绿茶.txt")
        self.idle(self.library)
        self.assertIn("seventy", self.found(self.library, "sencha")[0])
        self.assertTrue(self.files()["data"][0]["upload"])
        self.send(sent["name"], b"Sencha steeps at eighty degrees.")
        self.idle(self.library)
        self.assertIn("eighty", self.found(self.library, "sencha")[0])
        self.assertEqual(self.uploads(), [sent["name"]])
        self.ask("DELETE", f"/{self.library}/files?" + urllib.parse.urlencode({"file": sent["file"]}))
        self.assertEqual((self.uploads(), self.found(self.library, "sencha")), ([], []))
        self.send("last.txt", b"One more.")
        self.ask("DELETE", "/" + self.library)
        self.assertEqual(self.uploads(), [])

    def test_large_files_go_to_the_disk(self):
        text = b"The harbour of granite. " * 30_000  # more than a body may have
        self.send("large.txt", text)
        self.send("larger.txt", text * 2, 413)
        self.send("larger.txt", b"", 413, **{"Content-Length": str(10**12)})
        head = (f"POST /v1/libraries/{self.library}/files?name=chunks.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                "Content-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n").encode()
        chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        self.assertEqual(self.server.send(head + chunk * 3 + b"0\r\n\r\n").status, 202)
        self.assertEqual(self.server.send(head + chunk * 17).status, 413)
        with self.server.connect() as connection:  # goes away in the middle
            connection.sendall(head + chunk)
        self.eventually(lambda: self.uploads() == ["chunks.txt", "large.txt"])
        self.assertEqual(pathlib.Path(self.server.home, "data/lectern/uploads", self.library, "large.txt").read_bytes(), text)

    def test_names_that_are_refused(self):
        for name in ("", ".", "..", "../up.txt", "/etc/x.txt", "a/b.txt", "a\\b.txt", ".hidden.txt", "x\x00.txt", "x\n.txt",
                     "\x7f.txt", "n" * 252 + ".txt", "program.exe", "none", b"\xff.txt"):
            self.send(name, b"text", 400)
        self.send("form.txt", b"text", 415, **{"Content-Type": "multipart/form-data; boundary=x"})
        self.send("json.txt", b"text", 415, **{"Content-Type": "application/json"})
        path = f"/v1/libraries/{self.library}/files"
        octets = {"Content-Type": "application/octet-stream"}
        self.assertEqual(self.server.ask("POST", path, b"text", octets).status, 400)
        self.assertEqual(self.server.ask("POST", "/v1/libraries/missing/files?name=a.txt", b"text", octets).status, 404)
        self.assertEqual(self.server.ask("POST", "/v1/libraries/..%2fup/files?name=a.txt", b"text", octets).status, 404)
        self.assertEqual(self.uploads(), [])

    def test_kept_out_and_let_in_again(self):
        self.fill()
        self.ask("DELETE", f"/{self.library}/files" + self.file("tea.txt"))
        self.assertTrue((self.folder / "docs/tea.txt").exists())
        self.assertEqual(self.names(state="excluded"), ["tea.txt"])
        self.assertNotIn("tea", self.found(self.library, "tea")[0])
        self.write("docs/tea.txt", "Another word about tea.")  # that is no reason to read it
        self.ask("POST", f"/{self.library}/indexing", status=202)
        self.idle(self.library)
        shown = self.ask("GET", "/" + self.library)["library"]
        self.assertEqual((shown["documents"], shown["failed"]), (2, 1))
        self.ask("POST", f"/{self.library}/files/reread" + self.file("tea.txt"), status=202)
        self.idle(self.library)
        self.assertIn("Another word", self.found(self.library, "tea")[0])
        self.assertEqual(self.names(state="current"), ["Cocoa.TXT", "coffee.md", "tea.txt"])
        for method, path in (("DELETE", "/files"), ("POST", "/files/reread")):
            self.refused(method, f"/{self.library}{path}" + self.file("missing.txt"), status=404)
            self.refused(method, f"/{self.library}{path}?file=/etc/passwd", status=404)
            self.refused(method, f"/{self.library}{path}")

    def test_read_again_whatever_it_holds(self):
        self.fill()
        before = self.ask("GET", "/" + self.library)["documents"]
        self.ask("POST", f"/{self.library}/files/reread" + self.file("coffee.md"), status=202)
        self.eventually(lambda: "read 1 documents anew" in self.server.log())
        self.idle(self.library)
        self.assertEqual(self.ask("GET", "/" + self.library)["documents"], before)


class LongDocumentTest(LiveTest):
    def test_changes_go_before_it(self):
        elsewhere = pathlib.Path(self.server.home) / "elsewhere"
        elsewhere.mkdir()
        self.ask("POST", "", {"name": "other", "folders": [str(elsewhere)]}, status=201)
        self.idle("other")
        self.write("long.txt", " ".join(f"Sentence {i} of the long story goes on and on." for i in range(60_000)))
        self.ask("POST", "", {"name": "long", "folders": [str(self.folder)]}, status=201)
        self.eventually(lambda: self.ask("GET", "/long")["indexing"]["stage"] == "embed")
        self.write("short.txt", "The lighthouse is painted red.")
        self.eventually(lambda: "red" in "".join(self.found("long", "lighthouse")))
        self.write("short.txt", "The lighthouse is painted green.")
        self.eventually(lambda: "green" in self.found("long", "lighthouse")[0])
        (elsewhere / "note.txt").write_text("The ferry leaves at ten.")
        self.eventually(lambda: "ten" in "".join(self.found("other", "ferry")))
        shown = self.ask("GET", "/long")
        self.assertEqual([pathlib.Path(one["file"]).name for one in shown["documents"]], ["short.txt"], "the long one is under way")


class FewWatchesTest(LiveTest):
    OPTIONS = ("--max-watches", "1")

    def test_looks_again_by_itself(self):
        self.write("deep/one.txt", "The harbour of granite.")
        self.ask("POST", "", {"name": "few", "folders": [str(self.folder)]}, status=201)
        self.idle("few")
        self.write("deep/one.txt", "The harbour of marble.")
        self.eventually(lambda: "marble" in self.found("few", "harbour")[0])
        self.assertIn("no more watches", self.server.log())


class RestartTest(LiveTest):
    def test_goes_on_where_it_was_stopped(self):
        write_many(self.folder / "many", 60)
        server = Server(str(self.folder / "many"), "--library", "kept")
        try:
            self.eventually(lambda: server.ask("GET", "/v1/libraries/kept").json()["library"]["documents"] > 0)
            server.process.terminate()
            self.assertEqual(server.process.wait(PATIENCE), 0)
            shown = server.command("library", "verify", "kept")
            self.assertIn("whole", shown)
            server.restart()
            self.eventually(lambda: server.ask("GET", "/v1/libraries/kept").json()["library"]["documents"] == 60)
        finally:
            server.close()


if __name__ == "__main__":
    unittest.main()
