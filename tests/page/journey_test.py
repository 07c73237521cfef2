"""A person's way through the page, from the first visit on, with the real models."""

import re
import unittest

from browser import PHRASE, QUESTION, PageTest, Wire, ask, begun, expect, settled
from served import Server


class JourneyTest(PageTest):
    def test_first_visit_to_stopped_answer(self):
        page = self.open()
        with self.subTest("first visit"):
            expect(page.get_by_role("heading", name="Put your files on the lectern")).to_be_visible()
        with self.subTest("a folder that is none"):
            page.get_by_label("A folder on the computer").fill("/no/such/folder")
            page.get_by_role("button", name="Add folder").click()
            expect(page.get_by_role("alert").filter(has_text="/no/such/folder")).to_be_visible()
        with self.subTest("add folder, progress"):
            page.get_by_label("A folder on the computer").fill(str(self.folder))
            page.get_by_role("button", name="Add folder").click()
            expect(page.locator("section.progress")).to_be_visible()
            expect(page.locator("section.progress")).to_be_hidden()
            expect(page.get_by_role("link", name=re.compile("4 files"))).to_be_visible()
        with self.subTest("ask, streamed answer"):
            with page.expect_response("**/v1/chat/completions") as response:
                ask(page, QUESTION)
            self.assertEqual(response.value.headers["content-type"], "text/event-stream")
            expect(settled(page)).to_contain_text(PHRASE)
        with self.subTest("a citation opens the page with the sentence"):
            page.locator("button.chip").first.click()
            panel = page.get_by_role("complementary", name="The source")
            expect(panel.get_by_role("heading")).to_have_text("bicycle-handbook.pdf")
            expect(panel.locator(".pdf-page")).to_have_attribute("data-page", "4")
            expect(panel.locator(".mark").first).to_be_in_viewport()
            self.check_marks(page)
            panel.get_by_role("button", name="Text", exact=True).click()
            expect(panel.locator("mark").first).to_contain_text("every 200 kilometres")
            expect(panel.locator("mark").first).to_be_in_viewport()
            page.keyboard.press("Escape")
            expect(panel).to_be_hidden()
            expect(page.locator("button.chip").first).to_be_focused()
        with self.subTest("follow-up"):
            ask(page, "How long does the battery of the bicycle take to charge?")
            settled(page, 2)
        with self.subTest("reload keeps the chat"):
            before = page.locator(".messages").inner_text()
            page.reload()
            expect(page.locator(".answer")).to_have_count(2)
            self.assertEqual(page.locator(".messages").inner_text(), before)
        with self.subTest("Chinese"):
            page.get_by_role("button", name="Settings").click()
            page.get_by_text("Long", exact=True).click()
            page.get_by_text("中文").click()
            expect(page.get_by_role("heading", name="设置")).to_be_visible()
            page.keyboard.press("Escape")
            expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
            expect(page.get_by_role("button", name="新对话").first).to_be_visible()
            expect(page.locator(".notes h4").first).to_have_text("出处")
        with self.subTest("stop mid-answer"):
            page.locator("#library").select_option(label="不用文件，随便聊聊")
            page.get_by_role("button", name="新对话").first.click()
            field = page.get_by_label("提问", exact=True).first
            field.fill("Write the numbers from one to five hundred, each on a line of its own.")
            field.press("Enter")
            begun(page)
            some = page.locator(".prose").inner_text()
            expect(page.locator(".prose")).not_to_have_text(some)  # it grows before one's eyes
            page.get_by_role("button", name="停止").click()
            expect(settled(page)).to_contain_text("您停止了这个回答。")
        self.assertEqual([c for c in page.complaints if "404" not in c], [])

    def check_marks(self, page):
        """The boxes lie where the page is printed on: there is ink under each, and they differ from the whole page."""
        for mark in page.locator(".pdf-page .mark").all():
            ink = mark.evaluate("""mark => {
                const canvas = mark.parentElement.querySelector('canvas');
                const [x, y, w, h] = ['left', 'top', 'width', 'height'].map((side, i) =>
                    Math.round(parseFloat(mark.style[side]) / 100 * (i % 2 ? canvas.height : canvas.width)));
                const data = canvas.getContext('2d').getImageData(x, y, w, h).data;
                let dark = 0;
                for (let i = 0; i < data.length; i += 4) dark += data[i] < 128;
                return { share: dark / (w * h), height: h / canvas.height };
            }""")
            self.assertGreater(ink["share"], 0.02)
            self.assertLess(ink["height"], 0.05)


class FailureTest(PageTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.command("index", str(cls.folder), "--json")

    def test_an_error_of_the_model_is_told(self):
        page = self.open()
        page.locator("#library").select_option(label="No files: just talk")
        ask(page, "word " * 30_000)
        expect(page.locator(".ending.failed")).to_contain_text("This question is longer than the model can read. Shorten it")
        ask(page, "Hello")  # and what follows works as ever
        expect(settled(page, 2).locator(".prose")).to_contain_text(re.compile(r"\w"))
        ask(page, "word " * 30_000)
        expect(page.locator(".ending.failed").last).to_contain_text("Start a new chat")

    def test_a_broken_connection_is_told_and_resumes(self):
        wire = Wire(self.server.port, pause=0.05)
        self.addCleanup(wire.cut)
        page = self.browser.open(wire.address)
        self.addCleanup(page.context.close)
        page.get_by_role("button", name="Settings").click()
        page.get_by_label("Variety").fill("1")  # and still it is the same answer that goes on
        page.keyboard.press("Escape")
        page.locator("#library").select_option(label="No files: just talk")
        ask(page, "Tell a long story about a lighthouse keeper and the sea.")
        begun(page)
        wire.cut()
        expect(page.get_by_role("alert").filter(has_text="Lectern does not answer")).to_be_visible()
        kept = page.locator(".answer .prose").inner_text()
        self.assertTrue(kept)
        wire.mend()
        expect(page.get_by_role("alert").filter(has_text="Lectern does not answer")).to_be_hidden()
        expect(page.locator(".answer .prose")).not_to_have_text(kept)
        answer = settled(page)
        self.assertIn(kept[:20], answer.inner_text())
        self.assertGreater(len(answer.locator(".prose").inner_text()), len(kept))

    def test_a_server_that_is_away_is_asked_once_at_a_time(self):
        page = self.open()
        page.clock.install()
        page.reload()
        expect(page.get_by_role("heading", name="What would you like to know?")).to_be_visible()
        banner = page.get_by_role("alert").filter(has_text="Lectern does not answer")
        page.route("**/v1/**", lambda route: route.abort())
        held = []
        page.route("**/health", lambda route: held.append(route))
        page.clock.run_for(7_000)  # it looks after the libraries
        expect(banner).to_be_visible()
        now = page.get_by_role("button", name="Try now")
        now.click()
        now.click()
        self.eventually(lambda: page.wait_for_timeout(20) or held)
        self.assertEqual(len(held), 1)
        held.pop().abort()
        page.unroute("**/v1/**")
        page.unroute("**/health")
        now.click()
        expect(banner).to_be_hidden()
        page.clock.run_for(20_000)
        expect(banner).to_be_hidden()

    def test_a_key_is_asked_for_once(self):
        server = Server(environment={"LECTERN_API_KEY": "open-sesame"})
        self.addCleanup(server.close)
        page = self.browser.open(server.address)
        self.addCleanup(page.context.close)
        page.get_by_label("Key", exact=True).fill("wrong")
        page.get_by_role("button", name="Unlock").click()
        expect(page.get_by_text("That was not the key")).to_be_visible()
        page.get_by_label("Key", exact=True).fill("open-sesame")
        page.get_by_role("button", name="Unlock").click()
        expect(page.get_by_role("heading", name="Put your files on the lectern")).to_be_visible()
        page.reload()
        expect(page.get_by_role("heading", name="Put your files on the lectern")).to_be_visible()
        expect(page.get_by_role("dialog")).to_have_count(0)


if __name__ == "__main__":
    unittest.main()
