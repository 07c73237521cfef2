"""Models come whole and right, or not at all, whatever the hub and the network do."""

import fcntl
import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import threading
import time
import unittest

from faulty_hub import FaultyHub, catalogue, chunked, hangs_up, send

PULL, COMMAND = os.environ["LECTERN_PULL"], os.environ["LECTERN_COMMAND"]
DATA = random.Random(1).randbytes(300_000)
SHA256 = hashlib.sha256(DATA).hexdigest()


class HubTest(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="lectern-hub-"))
        self.addCleanup(shutil.rmtree, self.home)
        self.models = self.home / "data/lectern/models"
        self.whole = self.models / "tiny.gguf"
        self.part = self.models / ".parts/tiny/weights.gguf.part"
        self.serve({"weights.gguf": DATA})

    def serve(self, files, **options):
        self.hub = FaultyHub(files)
        self.addCleanup(self.hub.close)
        self.environment = {k: v for k, v in os.environ.items() if k not in ("LECTERN_MODELS", "HF_TOKEN")} | {
            "HOME": str(self.home), "XDG_DATA_HOME": str(self.home / "data"), "XDG_CACHE_HOME": str(self.home / "cache"),
            "LECTERN_CATALOGUE": catalogue(self.home, files, **options), "LECTERN_HUB": self.hub.address, "no_proxy": "*"}

    def pull(self, *arguments, status=0, **environment):
        """What the program says."""
        with subprocess.Popen([PULL, "tiny", *arguments], env=self.environment | environment, text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            out, err = process.stdout.read(), process.stderr.read()
            self.assertEqual(process.wait(60), status, out + err)
        return out + err

    def leave_a_part(self, size=100_000):
        self.hub.faults = [self.hub.cuts(size)] + [hangs_up] * 20
        said = self.pull(status=1)
        self.hub.faults, self.hub.requests = [], []
        return said

    def offsets(self):
        return [headers.get("Range") for _, headers in self.hub.requests]

    def wait_for_part(self, size):
        """What was sent may not have arrived."""
        end = time.monotonic() + 20
        while not (self.part.exists() and self.part.stat().st_size >= size):
            self.assertLess(time.monotonic(), end, "it never arrived")
            time.sleep(0.01)

    def assert_whole(self):
        self.assertEqual(self.whole.read_bytes(), DATA)
        self.assertEqual(os.listdir(self.models / ".parts"), ["tiny.lock"])

    def assert_nothing(self):
        self.assertFalse(self.whole.exists())
        self.assertFalse(self.part.exists())


class ResumeTest(HubTest):
    def test_comes_at_once(self):
        self.assertEqual(self.pull(), str(self.whole) + "\n")
        self.assert_whole()
        self.assertEqual(self.offsets(), [None])
        self.pull()
        self.assertEqual(len(self.hub.requests), 1, "what is there is not fetched again")

    def test_connections_cut_at_random_places(self):
        for seed in range(12):
            places = random.Random(seed)
            shutil.rmtree(self.models, ignore_errors=True)
            self.hub.faults = [places.choice([self.hub.cuts(places.randrange(len(DATA) // 4)), hangs_up])
                               for _ in range(6)]
            self.pull()
            self.assert_whole()
            self.assertEqual(self.hub.faults, [])

    def test_goes_on_in_another_process_from_what_came(self):
        self.assertIn("stopped at 100 kB of 300 kB", self.leave_a_part())
        self.assertEqual(self.part.read_bytes(), DATA[:100_000])
        self.pull()
        self.assert_whole()
        self.assertEqual(self.offsets(), ["bytes=100000-"])
        self.assertEqual(self.hub.requests[0][1]["If-Range"], '"version-1"')

    def test_goes_on_without_an_etag_because_the_checksum_is_known(self):
        self.hub.etag = None
        self.hub.faults = [self.hub.cuts(100_000)]
        self.pull()
        self.assert_whole()
        self.assertEqual(self.offsets(), [None, "bytes=100000-"])

    def test_another_version_begins_anew(self):
        self.leave_a_part()
        self.part.write_bytes(b"x" * 100_000)  # of another version
        self.hub.etag = '"version-2"'
        self.pull()
        self.assert_whole()

    def test_a_weak_etag_promises_nothing(self):
        self.hub.etag = 'W/"version-1"'
        self.hub.faults = [self.hub.cuts(100_000)]
        self.pull()
        self.assertNotIn("If-Range", self.hub.requests[1][1])
        self.assert_whole()

    def test_a_hub_without_ranges(self):
        self.hub.ranges = False
        self.hub.faults = [self.hub.cuts(100_000), self.hub.cuts(200_000)]
        self.pull()
        self.assert_whole()

    def test_a_hub_without_ranges_that_never_gets_far_is_given_up(self):
        self.hub.ranges = False
        self.hub.faults = [self.hub.cuts(1000)] * 100
        self.assertIn("stopped at 1 kB of 300 kB", self.pull(status=1))
        self.assertLess(len(self.hub.requests), 20)

    def test_a_part_longer_than_the_file_and_one_of_an_unknown_version(self):
        for left in (DATA + b"more", b"old bytes"):
            self.part.parent.mkdir(parents=True)
            self.part.write_bytes(left)
            self.pull()
            self.assert_whole()
            self.assertIsNone(self.offsets()[-1])
            self.whole.unlink()

    def test_a_damaged_note_beside_the_part(self):
        self.leave_a_part()
        note = pathlib.Path(str(self.part) + ".json")
        for text in ("", "[1]", '{"etag": 3}', "\xff", '{"sha256": 1, "bytes": 2, "etag": "3"}'):
            self.part.write_bytes(DATA[:5])
            note.write_text(text, encoding="latin-1")
            self.hub.faults = [hangs_up] * 20
            self.pull(status=1)
            self.assertEqual(self.part.read_bytes(), b"", text)

    def test_another_part_than_was_asked_for(self):
        def wrong(handler):
            headers = {"Content-Range": f"bytes 7-{len(DATA) - 1}/{len(DATA)}", "Content-Length": str(len(DATA) - 7)}
            return send(handler, 206, headers, DATA[7:])

        self.hub.faults = [self.hub.cuts(100_000), wrong, wrong]
        self.pull()
        self.assert_whole()

    def test_no_such_part(self):
        self.hub.faults = [self.hub.cuts(100_000), self.hub.fails(416)]
        self.pull()
        self.assert_whole()
        self.assertEqual(self.offsets(), [None, "bytes=100000-", None])

    def test_ends_early_without_a_length(self):
        self.hub.faults = [chunked(DATA[:120_000])]
        self.pull()
        self.assert_whole()
        self.assertEqual(self.offsets(), [None, "bytes=120000-"])

    def test_a_hub_that_stops_sending(self):
        over = threading.Event()
        self.addCleanup(over.set)
        self.hub.faults = [self.hub.sends(DATA[:70_000], then=lambda: over.wait(30))]
        self.pull("1")
        self.assert_whole()
        self.assertEqual(self.offsets(), [None, "bytes=70000-"])

    def test_stopped(self):
        over = threading.Event()
        self.addCleanup(over.set)
        with subprocess.Popen([PULL, "tiny"], env=self.environment, text=True, stdin=subprocess.PIPE,
                              stderr=subprocess.PIPE) as process:
            def stop():
                self.wait_for_part(50_000)
                process.stdin.close()
                over.wait(30)
            self.hub.faults = [self.hub.sends(DATA[:50_000], then=stop)]
            self.assertIn("was stopped", process.stderr.read())
            self.assertEqual(process.wait(20), 1)
        self.assertEqual(self.part.read_bytes(), DATA[:50_000])
        self.pull()
        self.assert_whole()

    def test_several_files_are_there_together_or_not(self):
        files = {"config.json": b"{}", "1_Pooling/config.json": b"{ }", "model.safetensors": DATA}
        self.serve(files)
        self.hub.faults = [None, None] + [self.hub.fails(503)] * 20
        self.pull(status=1)
        self.assertFalse((self.models / "tiny").exists())
        self.hub.faults, self.hub.requests = [], []
        self.assertEqual(self.pull(), str(self.models / "tiny") + "\n")
        self.assertEqual(len(self.hub.requests), 1, "two were there")
        for name, data in files.items():
            self.assertEqual((self.models / "tiny" / name).read_bytes(), data)
        self.assertEqual(os.listdir(self.models / ".parts"), ["tiny.lock"])

    def test_two_at_once(self):
        lock = self.models / ".parts/tiny.lock"
        lock.parent.mkdir(parents=True)
        with open(lock, "w", encoding="utf-8") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            self.assertIn("is being pulled already", self.pull(status=1))
        self.pull()
        self.assert_whole()


class CheckTest(HubTest):
    def test_wrong_bytes_are_deleted(self):
        flip = lambda body: body[:5000] + bytes([body[5000] ^ 1]) + body[5001:]
        self.hub.faults = [lambda handler: self.hub.answer(handler, change=flip)]
        said = self.pull(status=1)
        self.assertIn("wrong bytes (SHA-256 ", said)
        self.assertIn(SHA256, said)
        self.assert_nothing()
        self.pull()
        self.assert_whole()

    def test_wrong_bytes_of_an_earlier_part_are_found(self):
        self.leave_a_part()
        self.part.write_bytes(b"x" * 100_000)
        self.assertIn("wrong bytes", self.pull(status=1))
        self.assert_nothing()

    def test_lies_about_the_length(self):
        self.hub.faults = [lambda handler: self.hub.answer(handler, length=len(DATA) + 1)]
        self.assertIn("has 300001 bytes, and the catalogue says 300000", self.pull(status=1))
        self.hub.faults = [lambda handler: self.hub.answer(handler, length=5)]
        self.assertIn("has 5 bytes", self.pull(status=1))
        self.assertFalse(self.whole.exists())

    def test_without_a_length(self):
        self.hub.faults = [chunked(DATA)]
        self.pull()
        self.assert_whole()

    def test_sends_without_end(self):
        self.hub.faults = [chunked(DATA + b"x" * 100_000)]
        self.assertIn("sends more of weights.gguf than the 300000 bytes", self.pull(status=1))
        self.assert_nothing()

    def test_the_hub_says_beforehand_that_it_has_another_file(self):
        self.hub.linked = {"X-Linked-Size": "7"}
        self.assertIn("has 7 bytes", self.pull(status=1))
        self.hub.linked = {"X-Linked-ETag": '"' + "ab" * 32 + '"'}
        self.hub.faults = [self.hub.redirect(lambda path: "/elsewhere" + path)]
        self.assertIn("is another file by now", self.pull(status=1))
        self.hub.linked = {"X-Linked-ETag": f'"{SHA256}"', "X-Linked-Size": str(len(DATA))}
        self.pull()
        self.assert_whole()

    def test_without_a_checksum_in_the_catalogue_the_hubs_is_taken(self):
        self.serve({"weights.gguf": DATA}, sha256=False)
        self.assertIn("Neither the catalogue nor the hub", self.pull(status=1))
        self.assert_nothing()
        self.hub.linked = {"X-Linked-ETag": '"' + "ab" * 32 + '"'}
        self.assertIn("wrong bytes", self.pull(status=1))
        self.assert_nothing()
        self.hub.linked = {"X-Linked-ETag": f'"{SHA256}"'}
        self.pull()
        self.assert_whole()

    def test_a_folder_that_cannot_be_written(self):
        said = self.pull(status=1, XDG_DATA_HOME="/proc/here")  # root cannot write there either
        self.assertIn("cannot be created", said)

    def test_a_disk_that_is_too_small(self):
        path = pathlib.Path(self.environment["LECTERN_CATALOGUE"])
        path.write_text(path.read_text().replace("300000", str(1 << 42)))
        self.assertIn("takes 4398.0 GB more, and the disk of", self.pull(status=1))
        self.assertEqual(self.hub.requests, [])

    def test_catalogues_that_are_wrong(self):
        path = pathlib.Path(self.environment["LECTERN_CATALOGUE"])
        right = path.read_text()
        for old, new, what in (
                ('"tiny"', '"../tiny"', 'wrong "id"'), ("weights.gguf", "../../x.gguf", 'wrong "name"'),
                ("weights.gguf", "/etc/x.gguf", 'wrong "name"'), ('"main"', '"ma in"', 'wrong "revision"'),
                ("owner/", "owner/..", 'wrong "repository"'), ("300000", "-1", 'needs "bytes"'),
                ("300000", "1e5", 'needs "bytes"'), ("weights.gguf", "x.bin", "no .gguf"), ("}]}]}", "", "not JSON"),
                ("embedding", "painting", "kind"), (SHA256, "abc", 'wrong "sha256"')):
            path.write_text(right.replace(old, new))
            self.assertIn(what, self.pull(status=1))
        self.assertIn("cannot be read", self.pull(status=1, LECTERN_CATALOGUE=str(self.home / "none")))


class RefusalTest(HubTest):
    def test_fails_for_a_while(self):
        self.hub.faults = [self.hub.fails(503), self.hub.fails(429, Retry_After="0"), self.hub.fails(500),
                           self.hub.fails(502), self.hub.fails(504)]
        self.pull()
        self.assert_whole()
        self.assertEqual(len(self.hub.requests), 6)

    def test_asks_to_come_back_later(self):
        self.hub.faults = [self.hub.fails(429, Retry_After="3600")] * 20
        said = self.pull(status=1)
        self.assertIn("the hub answers with 429", said)
        self.assertIn("in 3600 seconds", said)
        self.assertEqual(len(self.hub.requests), 1)

    def test_a_hub_that_is_not_there(self):
        self.hub.close()
        said = self.pull(status=1)
        self.assertIn("stopped at 0 bytes of 300 kB: ", said)
        self.assertIn("pull it again", said)

    def test_refusals_say_what_to_do(self):
        for status in (401, 403):
            self.hub.faults = [self.hub.fails(status)] * 2
            self.assertIn(f"conditions at {self.hub.address}/owner/repository", self.pull(status=1))
            self.assertIn("HF_TOKEN does not allow it", self.pull(status=1, HF_TOKEN="hf_x"))
        self.hub.faults = [self.hub.fails(404)]
        self.assertIn("has no weights.gguf of tiny", self.pull(status=1))
        self.hub.faults = [self.hub.fails(418)]
        self.assertIn("answers with 418", self.pull(status=1))
        self.assertFalse(self.whole.exists())

    def test_redirects_take_no_token_elsewhere(self):
        other = FaultyHub(self.hub.files)
        self.addCleanup(other.close)
        self.hub.faults = [self.hub.redirect(lambda path: "/elsewhere" + path), self.hub.redirect(
            lambda path: other.address + path.removeprefix("/elsewhere"))]
        self.pull(HF_TOKEN="hf_secret")
        self.assert_whole()
        self.assertEqual([headers["Authorization"] for _, headers in self.hub.requests], ["Bearer hf_secret"] * 2)
        self.assertNotIn("Authorization", other.requests[0][1])

    def test_redirects_that_go_round(self):
        self.hub.faults = [self.hub.redirect(lambda path: path)] * 50
        self.assertIn("from one address to the next", self.pull(status=1))
        self.assertEqual(len(self.hub.requests), 6)

    def test_redirects_that_lead_astray(self):
        for place in ("http://192.0.2.1/x", "http://hub.example/x", "ftp://127.0.0.1/x", "file:///etc/passwd", "",
                      "https://user:word@127.0.0.1/x", "http://127.0.0.1.evil.example/x", "gopher://127.0.0.1/"):
            self.hub.faults = [self.hub.redirect(place)]
            self.assertIn("is not followed", self.pull(status=1), place)

    def test_a_hub_has_to_be_safe(self):
        for address in ("http://hub.example", "ftp://127.0.0.1", "file:///etc", "hub", "https://user:word@hub.example",
                        "http://127.0.0.1@evil.example", "https://hub.example/?x="):
            self.assertIn("it has to be an https address", self.pull(status=1, LECTERN_HUB=address), address)
        self.assertIn("HF_TOKEN", self.pull(status=1, HF_TOKEN="a\r\nHost: evil"))
        self.assertEqual(self.hub.requests, [])


class CommandTest(HubTest):
    def lectern(self, *arguments, status=0, **environment):
        run = subprocess.run([COMMAND, *arguments], env=self.environment | environment, text=True, capture_output=True,
                             check=False, timeout=60)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        return run.stdout + run.stderr

    def listed(self, **environment):
        models = json.loads(self.lectern("models", "list", "--json", **environment))["models"]
        return {model["id"]: model for model in models}["tiny"]

    def test_lists_pulls_and_deletes(self):
        expected = {"id": "tiny", "name": "Tiny", "kind": "embedding", "bytes": len(DATA),
                    "memory_bytes": len(DATA) + (64 << 20) , "licence": "none",
                    "source": self.hub.address + "/owner/repository", "state": "available", "done": 0, "problem": None,
                    "files": [{"name": "weights.gguf", "bytes": len(DATA), "sha256": SHA256}], "path": None}
        self.assertEqual(self.listed(), expected)
        said = json.loads(self.lectern("models", "pull", "tiny", "--json"))
        self.assertEqual(said, {"id": "tiny", "path": str(self.whole), "bytes": len(DATA)})
        self.assertIn("is there already", self.lectern("models", "pull", "tiny"))
        installed = self.listed()
        self.assertEqual((installed["state"], installed["path"], installed["done"]),
                         ("installed", str(self.whole), len(DATA)))
        self.assertIn(str(self.whole), self.lectern("models", "list"))
        self.assertIn("cannot answer: ", self.lectern("models", "list"), "for it is no model")
        self.assertEqual(json.loads(self.lectern("models", "rm", "tiny", "--json")), {"removed": str(self.whole)})
        self.assertFalse(self.whole.exists())
        self.assertEqual(self.listed(), expected)
        self.assertIn("no model", self.lectern("models", "rm", "tiny", status=1))
        self.assertIn("has no model", self.lectern("models", "pull", "another", status=1))

    def test_other_commands_name_what_can_be_pulled(self):
        self.assertIn("lectern models pull tiny", self.lectern("tokenize", "tiny", status=1))
        self.assertIn("lectern models pull tiny", self.lectern("tokenize", "tiny.gguf", status=1))
        self.assertIn("lectern models list", self.lectern("tokenize", "another", status=1))

    def test_tells_and_deletes_what_came(self):
        self.hub.faults = [self.hub.cuts(100_000), self.hub.fails(404)]
        self.lectern("models", "pull", "tiny", status=1)
        self.assertEqual(self.listed()["done"], 100_000)
        self.assertIn("100 kB of it has come", self.lectern("models", "list"))
        self.lectern("models", "rm", "tiny")
        self.assertEqual(self.listed()["done"], 0)

    def test_deletes_what_was_compiled_too(self):
        weights = pathlib.Path(__file__).parents[2] / "models/smollm2-135m-instruct-q4_1.gguf"
        self.serve({"weights.gguf": weights.read_bytes()}, kind="chat")
        self.lectern("models", "pull", "tiny")
        text = self.home / "text"
        text.write_text("Hello")
        self.lectern("tokenize", "tiny", "--file", str(text))
        kept = [self.home / "cache/lectern" / name for name in ("engines", "checkpoints")]
        self.assertEqual([len(list(folder.iterdir())) for folder in kept], [1, 1])
        self.lectern("models", "rm", "tiny")
        self.assertEqual([list(folder.iterdir()) for folder in kept], [[], []])

    def test_hashes_are_shown(self):
        begin = SHA256[:12]
        self.assertRegex(self.lectern("models", "list"), rf"SHA-256\n(.*\n)*  tiny +embedding .* {begin}  none, ")
        self.serve({"weights.gguf": DATA}, sha256=False)
        self.assertIsNone(self.listed()["files"][0]["sha256"])

    def test_deletes_nothing_that_was_not_pulled(self):
        folder = self.home / "own"
        folder.mkdir()
        (folder / "tiny.gguf").write_bytes(b"x")
        said = self.lectern("models", "rm", "tiny", status=1, LECTERN_MODELS=str(folder))
        self.assertIn("which was not pulled", said)
        self.assertTrue((folder / "tiny.gguf").exists())
        for name in ("..", "../models", "/", ".parts", ""):
            self.lectern("models", "rm", name, status=1)

    def test_lists_models_of_ones_own(self):
        folder = self.home / "own"
        (folder / "encoder").mkdir(parents=True)
        (folder / "encoder/config.json").write_text('{"model_type": "bert"}')
        (folder / "Mine.gguf").write_bytes(b"x" * 100)
        (folder / ".hidden.gguf").write_bytes(b"x")
        (folder / "notes.txt").write_bytes(b"x")
        models = json.loads(self.lectern("models", "list", "--json", LECTERN_MODELS=str(folder)))["models"]
        own = {model["id"]: (model["kind"], model["licence"]) for model in models if str(folder) in (model["path"] or "")}
        self.assertEqual(own, {"Mine": ("chat", None), "encoder": ("embedding", None)})

    def test_ctrl_c_keeps_what_came(self):
        over = threading.Event()
        self.addCleanup(over.set)
        with subprocess.Popen([COMMAND, "models", "pull", "tiny"], env=self.environment, text=True,
                              stderr=subprocess.PIPE) as process:
            def interrupt():
                self.wait_for_part(50_000)
                process.send_signal(2)
                over.wait(30)
            self.hub.faults = [self.hub.sends(DATA[:50_000], then=interrupt)]
            said = process.stderr.read()
            self.assertEqual(process.wait(20), 1)
        self.assertIn("Stopped at 50 kB of 300 kB. To go on from there: lectern models pull tiny", said)
        self.lectern("models", "pull", "tiny")
        self.assert_whole()


if __name__ == "__main__":
    unittest.main()
