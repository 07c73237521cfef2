"""The model picker: a model is fetched from a hub that fails in every way, chosen, asked, and removed."""

import os
import pathlib
import re
import sys
import tempfile
import threading
import unittest

from browser import PHONE, SOURCE, PageTest, ask, expect, settled
from served import CHAT_MODEL, EMBEDDING_MODEL

sys.path.append(str(SOURCE / "tests/hub"))
from faulty_hub import FaultyHub, catalogue  # noqa: E402

REAL = pathlib.Path(os.environ["LECTERN_MODELS"]).resolve()


class ModelsTest(PageTest):
    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="lectern-models-")))
        weights = REAL / (CHAT_MODEL + ".gguf")
        (folder / weights.name).symlink_to(weights)
        (folder / EMBEDDING_MODEL).symlink_to(REAL / EMBEDDING_MODEL)
        cls.data = weights.read_bytes()
        cls.hub = FaultyHub({"weights.gguf": cls.data})
        cls.addClassCleanup(cls.hub.close)
        cls.ENVIRONMENT = {"LECTERN_MODELS": str(folder), "LECTERN_HUB": cls.hub.address, "no_proxy": "*",
                           "LECTERN_CATALOGUE": catalogue(folder, cls.hub.files, model="pulled", kind="chat")}
        super().setUpClass()

    def tearDown(self):
        self.server.ask("DELETE", "/v1/catalogue/pulled/pull")
        self.eventually(lambda: self.server.ask("DELETE", "/v1/catalogue/pulled").status != 409)
        self.hub.faults, self.hub.requests = [], []

    def picker(self, **options):
        """The page with its settings open, and the model's row in them."""
        page = self.open(**options)
        if options:
            page.get_by_role("button", name="Menu").click()
        page.get_by_role("button", name="Settings").click()
        page.get_by_text("More models").click()
        row = page.locator(".catalogue li").filter(has_text="Tiny")
        expect(row).to_contain_text(re.compile(r"needs \d+ MB of memory, none"))
        return page, row

    def test_progress_is_shown_and_a_download_is_stopped_by_keyboard(self):
        over = threading.Event()
        self.addCleanup(over.set)
        self.hub.faults = [self.hub.sends(self.data[:5_000_000], then=lambda: over.wait(60))]
        page, row = self.picker(viewport=PHONE)
        row.get_by_role("button", name="Download").focus()
        page.keyboard.press("Enter")
        bar = row.get_by_role("progressbar", name="Tiny")
        expect(bar).to_have_attribute("value", "5000000")
        expect(bar).to_have_attribute("max", str(len(self.data)))
        expect(row).to_contain_text(re.compile(r"5 MB of \d+ MB"))
        cancel = row.get_by_role("button", name="Cancel")
        expect(cancel).to_be_focused()
        page.keyboard.press("Enter")
        expect(row).to_contain_text("5 MB of it are here: it goes on from there.")
        expect(row.get_by_role("button", name="Download")).to_be_focused()
        self.assertEqual(page.evaluate("document.querySelector('dialog').scrollWidth <= innerWidth"), True)
        page.keyboard.press("Enter")  # at once, while the transfer that was stopped may still be ending
        over.set()
        expect(row.get_by_role("button", name="Answer with this")).to_be_visible()
        self.assertEqual(self.hub.requests[-1][1]["Range"], "bytes=5000000-")
        self.assertEqual(page.complaints, [])

    def test_wrong_bytes_are_told_with_what_to_do(self):
        self.hub.faults = [lambda handler: self.hub.answer(handler, change=lambda body: b"x" + body[1:])]
        page, row = self.picker()
        own = page.locator(".catalogue li").filter(has_text="Lectern was started with it: it cannot be removed")
        expect(own).to_contain_text(CHAT_MODEL)
        expect(own.get_by_role("button", name="Remove")).to_have_count(0)
        row.get_by_role("button", name="Download").click()
        said = row.get_by_role("alert")
        expect(said).to_contain_text("came with wrong bytes")
        expect(said).to_contain_text("Pull it again")
        row.get_by_role("button", name="Try again").click()
        expect(row.get_by_role("button", name="Answer with this")).to_be_visible()

    def test_a_cut_download_goes_on_and_its_model_answers_until_it_is_removed(self):
        self.hub.faults = [self.hub.cuts(20_000_000), self.hub.fails(503), self.hub.fails(503)]
        page, row = self.picker()
        row.get_by_role("button", name="Download").click()
        expect(row).to_contain_text("Waiting to try again: the hub answers with 503.")
        here = page.get_by_role("status").filter(has_text="Tiny is here.")
        expect(here).to_be_visible()
        self.assertEqual([headers.get("Range") for _, headers in self.hub.requests], [None] + ["bytes=20000000-"] * 3)
        here.get_by_role("button", name="Answer with this").click()  # over the settings, which are still open
        expect(row).to_contain_text("answers now")
        expect(page.get_by_label("Model", exact=True)).to_have_value("pulled")
        page.keyboard.press("Escape")
        page.locator("#library").select_option(label="No files: just talk")
        with page.expect_request("**/v1/chat/completions") as request:
            ask(page, "Count from one to five.")
        self.assertEqual(request.value.post_data_json["model"], "pulled")
        answer = settled(page)
        answer.get_by_role("button", name="Figures").click()
        expect(answer.locator(".figures")).to_contain_text("pulled")
        self.remove(page)
        ask(page, "Count from one to five.")
        settled(page, 2).get_by_role("button", name="Figures").click()
        expect(page.locator(".answer").last.locator(".figures")).to_contain_text(CHAT_MODEL)

    def remove(self, page):
        page.get_by_role("button", name="Settings").click()
        page.get_by_text("More models").click()
        row = page.locator(".catalogue li").filter(has_text="Tiny")

        def sure():
            row.get_by_role("button", name="Remove").click()
            page.get_by_role("dialog", name="Remove Tiny?").get_by_role("button", name="Remove").click()

        with self.subTest("while it answers"):
            stream = self.chat(model="pulled", stream=True, max_tokens=2000, extra_body={"ignore_eos": True})
            next(stream)
            sure()
            said = page.get_by_role("status").filter(has_text="is in use")
            said.get_by_role("button", name="Close").click()  # nothing lies over it
            stream.close()
            self.eventually(lambda: self.server.metrics()["lectern_answers_under_way"] == 0)
        with self.subTest("with the keyboard"):
            row.get_by_role("button", name="Remove").focus()
            page.keyboard.press("Enter")
            page.keyboard.press("Escape")
            expect(page.get_by_role("dialog", name="Remove Tiny?")).to_have_count(0)
            expect(row.get_by_role("button", name="Remove")).to_be_focused()
            sure()
            expect(row.get_by_role("button", name="Download")).to_be_visible()
            expect(page.get_by_label("Model", exact=True)).to_have_value(CHAT_MODEL)
            page.keyboard.press("Escape")


if __name__ == "__main__":
    unittest.main()
