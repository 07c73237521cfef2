"""Libraries that are made, filled, kept in step and deleted over the API."""

import pathlib
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
            self.assertIn(self.refused("POST", "/picky/folders", {"path": path})["param"], ("path",), path)
            self.refused("POST", "", {"name": "unmade", "folders": [path]},
                         404 if path == "/nowhere/at/all" else 400)
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
        self.assertNotIn("Espresso", self.found("moving", "espresso pressure")[0])
        self.refused("DELETE", "/moving/folders?path=" + two, status=404)
        for query in ("", "?path=", "?path=/a&path=/b", "?other=1", "?path=%zz", "?path=%00"):
            self.refused("DELETE", "/moving/folders" + query)

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
        now = {}

        def embeds():
            now.update(self.ask("GET", "/long")["indexing"])
            return now["stage"] == "embed" and now["seconds_left"] is not None

        self.eventually(embeds)
        self.assertEqual((now["unit"], now["documents_total"]), ("word pieces", 300))
        self.assertGreater(now["per_second"], 0)
        self.assertLess(now["done"], now["total"])
        self.assertEqual(self.ask("GET", "/short")["indexing"]["stage"], "queued")
        listed = {one["name"]: one["indexing"] for one in self.ask("GET", "")["data"]}
        self.assertEqual(listed["short"]["stage"], "queued")
        self.assertIsNone(self.ask("DELETE", "/short/indexing")["indexing"])
        self.ask("DELETE", "/long/indexing")
        self.idle("long")
        read = self.ask("GET", "/long")["library"]["documents"]
        self.assertLess(read, 300)
        self.assertEqual(self.ask("GET", "/short")["library"]["documents"], 0)
        self.ask("POST", "/long/indexing", status=202)
        self.eventually(lambda: self.ask("GET", "/long")["library"]["documents"] > read)
        self.ask("DELETE", "/long")  # while it is read
        self.refused("GET", "/long", status=404)


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
