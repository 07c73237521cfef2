"""Models are loaded when they are asked for, fetched and deleted while the server answers."""

import concurrent.futures
import hashlib
import os
import pathlib
import sys
import tempfile
import threading

import openai

from served import CHAT_MODEL, EMBEDDING_MODEL, ServerTest

sys.path.append(str(pathlib.Path(__file__).parents[1] / "hub"))
from faulty_hub import FaultyHub, catalogue  # noqa: E402

REAL = pathlib.Path(os.environ["LECTERN_MODELS"]).resolve()


class ModelsApiTest(ServerTest):
    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="lectern-models-")))
        weights = REAL / (CHAT_MODEL + ".gguf")
        for name in (CHAT_MODEL, "one", "two"):
            (folder / (name + ".gguf")).symlink_to(weights)
        (folder / "broken.gguf").write_bytes(b"GGUF" + b"\xff" * 100)
        (folder / "empty.gguf").write_bytes(b"")
        (folder / "half.gguf").write_bytes(weights.read_bytes()[:40_000_000])
        (folder / "page.gguf").write_bytes(b"<!doctype html><title>Not found</title>")
        cls.folder = folder
        for name in (EMBEDDING_MODEL, "encoder"):
            (folder / name).symlink_to(REAL / EMBEDDING_MODEL)
        files = {"weights.gguf": weights.read_bytes()}
        cls.hub = FaultyHub(files)
        cls.addClassCleanup(cls.hub.close)
        cls.ENVIRONMENT = {"LECTERN_MODELS": str(folder), "LECTERN_HUB": cls.hub.address, "no_proxy": "*",
                           "LECTERN_CATALOGUE": catalogue(folder, files, model="pulled", kind="chat")}
        super().setUpClass()

    def models(self):
        return {model["id"]: model["lectern"] for model in self.server.ask("GET", "/v1/models").json()["data"]}

    def loaded(self, kind="chat"):
        return {name for name, about in self.models().items() if about["loaded"] and about["kind"] == kind}

    def entry(self, model="pulled"):
        return {entry["id"]: entry for entry in self.server.ask("GET", "/v1/catalogue").json()["data"]}[model]

    def text(self, **options):
        return self.chat(**options).choices[0].message.content

    def test_lists_what_can_answer(self):
        models = self.models()
        self.assertEqual(list(models)[:2], [CHAT_MODEL, EMBEDDING_MODEL])
        self.assertLessEqual({"one", "two", "encoder"}, set(models))
        self.assertFalse({"broken", "empty", "half", "page"} & set(models))
        self.assertEqual(models[EMBEDDING_MODEL], {"kind": "embedding", "loaded": True, "context_length": 256})
        self.assertEqual(models["encoder"]["kind"], "embedding")

    def test_at_most_two_and_the_same_answers(self):
        expected = self.text()
        counted = self.server.metrics()["lectern_generated_tokens_total"]
        for name in ("one", "two", CHAT_MODEL, "one"):
            self.assertEqual(self.text(model=name), expected)
            self.assertIn(name, self.loaded())
            self.assertLessEqual(len(self.loaded()), 2)
        self.assertEqual(self.loaded(), {CHAT_MODEL, "one"})
        self.assertEqual(self.server.metrics()["lectern_generated_tokens_total"], counted + 4 * 24)

    def test_many_at_once(self):
        expected = self.text()
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            answers = list(pool.map(lambda i: self.text(model=("two", CHAT_MODEL)[i % 2]), range(12)))
        self.assertEqual(answers, [expected] * 12)

    def test_one_that_answers_stays(self):
        self.text(model=CHAT_MODEL), self.text(model="one")
        streams = [self.chat(model=name, stream=True, max_tokens=2000, extra_body={"ignore_eos": True})
                   for name in (CHAT_MODEL, "one")]
        for stream in streams:
            next(stream)
        with self.assertRaises(openai.InternalServerError) as caught:
            self.text(model="two")
        self.assertEqual(caught.exception.code, "models_busy")
        self.assertEqual(self.loaded(), {CHAT_MODEL, "one"})
        for stream in streams:
            stream.close()

        def answers():
            try:
                return bool(self.text(model="two"))
            except openai.InternalServerError:
                return False
        self.eventually(answers)

    def test_a_broken_one_harms_nobody(self):
        for name in ("broken", "empty", "half", "page", "broken"):
            with self.assertRaises(openai.UnprocessableEntityError) as caught:
                self.text(model=name)
            self.assertEqual((caught.exception.code, caught.exception.param), ("model_broken", "model"))
            self.assertRegex(str(caught.exception), f"The model .{name}. cannot answer: .*{name}.gguf.* put a whole file in its place")
            self.assertEqual(self.server.ask("GET", "/v1/models/" + name).status, 422)
            self.assertIn(name + ".gguf", self.entry(name)["problem"])
        self.assertIsNone(self.entry(CHAT_MODEL)["problem"])
        self.assertTrue(self.text())
        with self.assertRaises(openai.NotFoundError):
            self.text(model="../one")

    def test_one_that_is_mended(self):
        file = self.folder / "mended.gguf"
        file.write_bytes(b"GGUF")
        self.assertNotIn("mended", self.models())
        file.unlink()
        file.symlink_to(REAL / (CHAT_MODEL + ".gguf"))
        self.assertIn("mended", self.models())
        file.unlink()
        self.assertNotIn("mended", self.models())

    def test_hashes(self):
        data = self.hub.files["weights.gguf"]
        self.assertEqual(self.entry()["files"], [{"name": "weights.gguf", "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}])

    def test_another_encoder(self):
        first, second = (self.client.embeddings.create(model=name, input="A cat sits on the mat.").data[0].embedding
                         for name in (EMBEDDING_MODEL, "encoder"))
        self.assertEqual(first, second)
        self.assertEqual(self.loaded("embedding"), {EMBEDDING_MODEL, "encoder"})
        with self.assertRaises(openai.BadRequestError):
            self.text(model="encoder")

    def test_completions_and_libraries_too(self):
        done = self.client.completions.create(model="two", prompt="The capital of France is", max_tokens=4, temperature=0)
        self.assertTrue(done.choices[0].text)

    def test_pull_cancel_go_on_ask_delete(self):
        name = "pulled"
        self.assertEqual((self.entry()["state"], self.entry()["done"], self.entry()["reason"]), ("available", 0, None))
        with self.assertRaises(openai.NotFoundError) as caught:
            self.text(model=name)
        self.assertIn("/v1/catalogue/pulled/pull", str(caught.exception))
        over = threading.Event()
        self.addCleanup(over.set)
        data = self.hub.files["weights.gguf"]
        self.hub.faults = [self.hub.sends(data[:5_000_000], then=lambda: over.wait(60))]
        answer = self.server.ask("POST", f"/v1/catalogue/{name}/pull")
        self.assertEqual((answer.status, answer.json()["state"]), (202, "downloading"))
        self.assertEqual(self.server.ask("POST", f"/v1/catalogue/{name}/pull").status, 202)
        self.eventually(lambda: self.entry()["done"] == 5_000_000)
        self.assertEqual(self.entry()["state"], "downloading")
        answer = self.server.ask("DELETE", f"/v1/catalogue/{name}/pull")
        self.assertEqual((answer.status, answer.json()["state"], answer.json()["done"]), (200, "available", 5_000_000))

        self.hub.faults = [self.hub.fails(404)] * 1000
        def refused():  # until then the transfer that was stopped may be ending
            self.server.ask("POST", f"/v1/catalogue/{name}/pull")
            return self.entry()["state"] == "failed" and "has no weights.gguf" in self.entry()["reason"]
        self.eventually(refused)
        self.hub.requests, self.hub.faults = [], []
        self.server.ask("POST", f"/v1/catalogue/{name}/pull")
        self.eventually(lambda: self.entry()["state"] == "installed")
        self.assertEqual(self.hub.requests[0][1]["Range"], "bytes=5000000-")
        self.assertEqual(self.text(model=name), self.text())

        stream = self.chat(model=name, stream=True, max_tokens=2000, extra_body={"ignore_eos": True})
        next(stream)
        self.assertEqual(self.server.ask("DELETE", f"/v1/catalogue/{name}").status, 409)
        stream.close()
        self.eventually(lambda: self.server.ask("DELETE", f"/v1/catalogue/{name}").status == 200)
        self.assertEqual(self.entry()["state"], "available")
        self.assertEqual(self.server.ask("DELETE", f"/v1/catalogue/{name}").status, 404)

    def test_what_cannot_be_pulled_or_deleted(self):
        for path in ("none", "..%2f..%2fetc", "%00", "one"):
            for method in ("POST", "DELETE"):
                self.assertEqual(self.server.ask(method, f"/v1/catalogue/{path}/pull").status, 404, path)
        self.assertEqual(self.server.ask("DELETE", "/v1/catalogue/none").status, 404)
        self.assertEqual(self.server.ask("DELETE", "/v1/catalogue/one").status, 409, "it was not pulled")
        for name in (CHAT_MODEL, EMBEDDING_MODEL):
            self.assertEqual(self.server.ask("DELETE", f"/v1/catalogue/{name}").status, 409)
        self.assertEqual(self.models()["one"]["kind"], "chat")


if __name__ == "__main__":
    import unittest
    unittest.main()
