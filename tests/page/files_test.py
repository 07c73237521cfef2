"""Files are dropped, chosen, listed, read again, taken out; folders and collections go. By mouse and by keyboard alone."""

import pathlib
import re
import unittest

from browser import PageTest, Wire, ask, drop, drop_text, expect, settled, tab_to

BYTES_A_SECOND = 100_000  # over a slow network


class SendingTest(PageTest):
    OPTIONS = ("--max-upload", "8M")

    def setUp(self):
        self.page = self.open()
        self.source = pathlib.Path(self.server.home) / self.id().rsplit(".", 1)[1]
        self.source.mkdir()

    def tearDown(self):
        for library in self.server.ask("GET", "/v1/libraries").json()["data"]:
            self.server.ask("DELETE", "/v1/libraries/" + library["name"])

    def library(self):
        return self.server.ask("GET", "/v1/libraries").json()["data"][0]

    def file(self, name, content):
        path = self.source / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def row(self, name):
        return self.page.locator(".files tbody tr").filter(has_text=name)

    def ready(self, name):
        """Its row, in the table, when it was read."""
        self.page.goto(self.server.address + "/#/files")
        expect(self.row(name)).to_contain_text("Ready")
        return self.row(name)

    def slowly(self):
        self.page.context.new_cdp_session(self.page).send("Network.emulateNetworkConditions", {
            "offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": BYTES_A_SECOND})

    def test_words_can_be_dragged_into_a_question(self):
        field = self.page.get_by_label("Ask a question")
        drop_text(self.page, "the chain of a bicycle", field)
        expect(field).to_have_value("the chain of a bicycle")
        expect(self.page.locator(".veil")).to_be_hidden()
        drop(self.page, self.file("herons.txt", "A heron fishes.\n"))
        expect(self.page.get_by_text("herons.txt was added.")).to_be_visible()

    def test_what_can_be_read_is_taken_and_each_other_file_gets_its_reason(self):
        page = self.page
        expect(page.get_by_role("heading", name="Put your files on the lectern")).to_be_visible()
        drop(page, self.file("archive.zip", b"PK"), self.file("zebras.txt", "A zebra called Otto sleeps for seven hours a day.\n"),
             self.file("large.txt", b"large " * 8_000_000), self.file("empty.txt", ""))
        refused = page.get_by_role("alert").filter(has_text="3 files were not added:")
        expect(refused.locator("li", has_text="archive.zip")).to_contain_text("is not of a type that Lectern reads")
        expect(refused.locator("li", has_text="large.txt")).to_contain_text("larger than the 8.4 MB")
        expect(refused.locator("li", has_text="empty.txt")).to_contain_text("there is nothing in it to read")
        expect(page.get_by_role("alert").filter(has_text="does not answer")).to_be_hidden()
        expect(page.get_by_text("zebras.txt was added.")).to_be_visible()
        refused.get_by_role("button", name="Close").click()
        expect(refused).to_be_hidden()
        expect(self.ready("zebras.txt")).to_contain_text("a copy, sent from this page")
        expect(page.locator(".files tbody tr")).to_have_count(1)
        page.get_by_label("Search by name").fill("ZEBRA")
        expect(self.row("zebras.txt")).to_be_visible()
        page.goto(self.server.address + "/#/")
        ask(page, "How long does the zebra called Otto sleep?")
        expect(settled(page)).to_contain_text("seven hours")
        page.locator("button.chip").first.click()
        panel = page.get_by_role("complementary", name="The source")
        expect(panel.get_by_role("heading")).to_have_text("zebras.txt")
        expect(panel.locator("mark").first).to_contain_text("Otto sleeps for seven hours")

    def test_chosen_files_show_how_far_they_are_and_can_be_stopped(self):
        page = self.page
        self.slowly()
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="or choose some").click()
        chooser.value.set_files([self.file("one.txt", "word " * 380_000), self.file("two.txt", "word " * 380_000)])
        box = page.locator(".sending")
        expect(box).to_contain_text("Sending one.txt, 1 of 2…")
        bar = box.get_by_role("progressbar")
        expect(bar).to_have_attribute("max", "1900000")
        values = set()
        while len(values) < 4:  # it moves
            values.add(int(float(bar.get_attribute("value") or 0)))
        self.assertLessEqual(max(values), 1_900_000)
        expect(box).to_contain_text(re.compile(r"\d+ KB of 1.9 MB"))
        box.get_by_role("button", name="Cancel").click()
        expect(box.locator(".progress")).to_be_hidden()
        self.assertEqual(self.server.ask("GET", "/v1/libraries/default/files").json()["total"], 0)
        uploads = pathlib.Path(self.server.home) / "data/lectern/uploads/default"
        self.eventually(lambda: not list(uploads.iterdir()))

    def test_a_cut_connection_is_told_and_the_file_comes_nevertheless(self):
        wire = Wire(self.server.port)
        self.addCleanup(wire.cut)
        self.page = page = self.browser.open(wire.address)
        self.addCleanup(page.context.close)
        self.slowly()
        expect(page.get_by_role("heading", name="Put your files on the lectern")).to_be_visible()
        drop(page, self.file("herons.txt", "A heron called Ida fishes.\n" * 10_000))
        box = page.locator(".sending")
        expect(box).to_contain_text(re.compile(r"[1-9]\d+ KB of 270 KB"))
        wire.cut()
        expect(page.get_by_role("alert").filter(has_text="Lectern does not answer")).to_be_visible()
        expect(box).to_contain_text("herons.txt")
        wire.mend()
        expect(page.get_by_text("herons.txt was added.")).to_be_visible()
        self.assertEqual(self.server.ask("GET", "/v1/libraries/default").json()["library"]["folders"][0].rsplit("/", 2)[1:], ["uploads", "default"])

    def test_a_folder_is_dropped_while_one_just_talks(self):
        page = self.page
        page.locator("#library").select_option(label="No files: just talk")
        self.file("a.txt", "The first of all.\n")
        self.file("deeper/a.txt", "The second of all.\n")
        self.file(".hidden/b.txt", "Nobody reads this.\n")
        drop(page, self.source)
        expect(page.get_by_text("2 files were added.")).to_be_visible()
        expect(page.locator("#library")).to_have_value("default")
        self.ready("deeper – a.txt")
        expect(page.locator(".files tbody th")).to_have_text([re.compile("^a.txt"), re.compile("^deeper – a.txt")])
        self.assertEqual(page.complaints, [])

    def test_the_reading_is_stopped_and_goes_on(self):
        page = self.page
        for i in range(1200):
            self.file(f"note-{i}.txt", f"Note {i}. " + " ".join(f"Drawer {i} holds {j} spoons." for j in range(400)))
        page.get_by_label("A folder on the computer").fill(str(self.source))
        page.get_by_role("button", name="Add folder").click()
        expect(page.locator("section.progress .hint").first).to_contain_text(re.compile(r"\d of [\d,.]+"))
        page.get_by_role("button", name="Stop reading").click()
        stopped = page.get_by_role("status").filter(has_text="Reading is stopped. What was read so far can be asked about")
        expect(stopped).to_be_visible()
        self.eventually(lambda: self.library()["indexing"] is None)
        self.assertLess(self.library()["documents"], 1200)
        self.file("note-0.txt", "The spare spoon lies in the boat.")  # it stays stopped when something changes
        page.reload()
        expect(stopped).to_be_visible()
        page.wait_for_timeout(1500)
        library = self.library()
        self.assertEqual((library["indexing"], library["indexing_stopped"]), (None, True))
        page.get_by_role("button", name="Go on").click()
        expect(page.locator("section.progress .hint").first).to_contain_text(re.compile(r"\d of [\d,.]+"))
        expect(stopped).to_be_hidden()
        page.get_by_role("button", name="Stop reading").click()
        expect(stopped).to_be_visible()
        expect(page.get_by_text("All read")).to_be_hidden()


class NothingTest(PageTest):
    """What is said where there is nothing to answer from (yet), or less than one thinks."""

    FILES = ()

    def setUp(self):
        self.page = self.open()
        self.inside = pathlib.Path(self.server.home) / self.id().rsplit(".", 1)[1]
        self.inside.mkdir()

    def tearDown(self):
        self.server.ask("DELETE", "/v1/libraries/default")

    def broken(self, count):
        for i in range(count):
            (self.inside / f"broken-{i}.pdf").write_text("This is no PDF.\n")

    def add(self, page):
        page.get_by_label("A folder on the computer").fill(str(self.inside))
        page.keyboard.press("Enter")

    def files(self):
        self.page.evaluate("location.hash = '#/files'")
        expect(self.page.get_by_role("heading", name="My files")).to_be_visible()

    def test_what_cannot_work_yet_is_not_offered(self):
        page = self.page
        self.files()
        expect(page.get_by_text("Nothing here yet. Add a folder above")).to_be_visible()
        for hidden in (page.get_by_role("button", name="Look for changes"), page.get_by_role("button", name="Delete this collection"),
                       page.get_by_role("table"), page.get_by_label("Search by name")):
            expect(hidden).to_be_hidden()
        (self.inside / "note.txt").write_text("The spare key hangs behind the clock.")
        self.add(page)
        expect(page.get_by_role("table")).to_be_visible()
        expect(page.get_by_role("button", name="Delete this collection")).to_be_visible()
        expect(page.get_by_text("Nothing here yet")).to_be_hidden()

    def test_an_empty_folder_and_one_that_vanishes_are_told(self):
        page = self.page
        self.add(page)
        expect(page.locator(".nothing")).to_contain_text(f"No file of a type that Lectern reads was found in {self.inside}.")
        expect(page.locator(".nothing")).to_contain_text("Lectern reads PDF, Word")
        self.files()
        folder = page.locator(".folders li").filter(has_text=str(self.inside))
        expect(folder).to_be_visible()
        expect(folder.get_by_text("not there")).to_have_count(0)
        expect(page.get_by_text("No file of a type that Lectern reads was found.")).to_be_visible()
        self.inside.rmdir()
        expect(folder).to_contain_text("This folder is not there: it was moved, renamed or deleted")
        page.evaluate("location.hash = '#/'")
        expect(page.locator(".nothing")).to_contain_text(f"{self.inside} is not there")

    def test_files_that_cannot_be_read_are_counted_and_shown(self):
        page = self.page
        self.broken(3)
        self.add(page)
        expect(page.locator(".nothing")).to_contain_text("3 files could not be read.")
        page.get_by_role("link", name="See why").click()
        expect(page.locator(".files tbody tr")).to_have_count(3)
        expect(page.locator(".ready")).to_contain_text("3 files could not be read.")
        (self.inside / "note.md").write_text("# Keys\n\n## Where the spare key hangs\n\nThe spare key hangs behind the clock.\n")
        page.get_by_role("button", name="Look for changes").click()
        expect(page.locator(".ready")).to_contain_text("All read: 1 file is ready for your questions. 3 files could not be read.")
        expect(page.locator(".library .lead")).to_have_text("4 files · 1 ready · 3 could not be read")
        page.locator(".ready").get_by_role("button", name="Show them").click()
        expect(page.locator(".files tbody tr")).to_have_count(3)
        expect(page.get_by_label("State", exact=True)).to_be_focused()
        page.get_by_label("State", exact=True).select_option("All")
        page.get_by_role("button", name="Take broken-0.pdf out").click()
        expect(page.locator(".library .lead")).to_have_text("4 files · 1 ready · 2 could not be read · 1 left out")
        page.get_by_role("link", name="Ask something").click()
        expect(page.get_by_role("heading", name="What would you like to know?")).to_be_visible()
        expect(page.locator(".suggestion").first).to_be_visible()

    def test_enter_twice_does_not_stop_the_reading(self):
        page = self.page
        for i in range(400):
            (self.inside / f"note-{i}.txt").write_text(f"Note {i}. " + " ".join(f"Drawer {i} holds {j} spoons." for j in range(400)))
        self.add(page)
        stop = page.get_by_role("button", name="Stop reading")
        expect(stop).to_be_visible()
        expect(page.get_by_label("Ask a question")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("section.progress .hint").first).to_contain_text(re.compile(r"\d+ % · [\d,]+ of 400 files read"))
        self.assertFalse(self.server.ask("GET", "/v1/libraries/default").json()["indexing_stopped"])
        tab_to(page, stop)
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Go on")).to_be_focused()


class TableTest(PageTest):
    """With the keyboard alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.folder / "broken.pdf").write_text("This is no PDF.\n")
        cls.read_documents(cls)
        cls.server.ask("POST", "/v1/libraries/default/files?name=note.txt", b"The spare key hangs behind the clock.",
                       {"Content-Type": "application/octet-stream"})

    def setUp(self):
        self.page = self.open("/#/files")
        expect(self.page.locator(".files tbody tr")).to_have_count(6)

    def row(self, name):
        return self.page.locator(".files tbody tr").filter(has_text=name)

    def press(self, name, key="Tab"):
        button = self.page.get_by_role("button", name=name, exact=True)
        tab_to(self.page, button, key)
        self.page.keyboard.press("Enter")
        return button

    def test_what_failed_says_why_and_is_read_again(self):
        page = self.page
        tab_to(page, page.get_by_label("Search by name"))
        page.keyboard.type("broken")
        expect(page.locator(".files tbody tr")).to_have_count(1)
        expect(self.row("broken.pdf")).to_contain_text("Could not be read")
        expect(self.row("broken.pdf")).to_contain_text("is not a PDF")
        button = self.press("Read broken.pdf again")
        expect(page.get_by_text("broken.pdf will be read again.")).to_be_visible()
        expect(button).to_be_focused()
        expect(self.row("broken.pdf")).to_contain_text("Could not be read")
        tab_to(page, page.get_by_label("State", exact=True), "Shift+Tab")
        page.keyboard.press("ArrowDown")  # Ready
        expect(page.get_by_text("No file has this name and this state.")).to_be_visible()

    def test_a_file_of_a_folder_is_left_out_and_taken_in_again(self):
        page = self.page
        self.press("Take houseplants.html out")
        expect(self.row("houseplants.html")).to_contain_text("Left out")
        expect(page.get_by_text("The file itself stays where it is.")).to_be_visible()
        self.assertTrue((self.folder / "houseplants.html").exists())
        self.assertTrue(page.evaluate("document.querySelector('.files').contains(document.activeElement)"), "the focus stays near")
        page.keyboard.press("Control+z")
        expect(self.row("houseplants.html")).to_contain_text("Ready")

    def test_a_file_that_was_sent_is_deleted_when_one_is_sure(self):
        page = self.page
        self.press("Delete note.txt")
        dialog = page.get_by_role("dialog", name="Delete note.txt")
        expect(dialog).to_contain_text("The file that you sent stays where you have it.")
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Delete note.txt")).to_be_focused()
        page.keyboard.press("Enter")
        tab_to(page, dialog.get_by_role("button", name="Delete"))
        page.keyboard.press("Enter")
        expect(self.row("note.txt")).to_have_count(0)
        self.assertTrue(page.evaluate("document.querySelector('.files').contains(document.activeElement)"), "the focus stays near")
        self.assertFalse((pathlib.Path(self.server.home) / "data/lectern/uploads/default/note.txt").exists())
        self.server.ask("POST", "/v1/libraries/default/files?name=note.txt", b"The spare key hangs behind the clock.",
                        {"Content-Type": "application/octet-stream"})
        expect(self.row("note.txt")).to_contain_text("Ready")  # the table sees what others send

    def test_a_folder_is_taken_out_and_brought_back(self):
        page = self.page
        self.press(f"Take {self.folder} out")
        expect(page.locator(".files tbody tr")).to_have_count(1)
        expect(page.get_by_text(f"{self.folder} was taken out. The folder itself is untouched.")).to_be_visible()
        self.press("Undo")
        expect(page.locator(".files tbody tr")).to_have_count(6)

    def test_a_collection_is_made_and_deleted(self):
        page = self.page
        tab_to(page, page.locator("#library"))
        page.keyboard.press("End")  # New collection…
        page.keyboard.type("papers")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="papers")).to_be_visible()
        expect(page.get_by_text("Nothing here yet.")).to_be_visible()
        self.press("Delete this collection")
        dialog = page.get_by_role("dialog", name="Delete this collection")
        expect(dialog).to_contain_text("“papers”")
        tab_to(page, dialog.get_by_role("button", name="Delete", exact=True))
        page.keyboard.press("Enter")
        expect(page.locator("#library")).to_have_value("default")
        self.assertEqual([library["name"] for library in self.server.ask("GET", "/v1/libraries").json()["data"]], ["default"])


if __name__ == "__main__":
    unittest.main()
