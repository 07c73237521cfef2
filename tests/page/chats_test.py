"""What one does with chats and files: edit, ask again, undo, rename, search, delete, export; by keyboard, on a phone."""

import pathlib
import re
import unittest

from browser import PHONE, QUESTION, PageTest, ask, expect, settled


class ChatsTest(PageTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.command("index", str(cls.folder), "--json")

    def test_questions_are_edited_and_answers_replaced_and_both_undone(self):
        page = self.open()
        ask(page, QUESTION)
        first = settled(page).locator(".prose").inner_text()
        page.get_by_role("button", name="Ask again").click()
        expect(page.get_by_text("The answer was replaced.")).to_be_visible()
        self.assertEqual(settled(page).locator(".prose").inner_text(), first, "temperature 0: the same words")
        page.locator(".question").hover()
        page.get_by_role("button", name="Edit the question").click()
        page.get_by_role("textbox", name="Edit the question").fill("How hot is the water for Longjing tea?")
        page.get_by_role("button", name="Ask this instead").click()
        expect(page.locator(".question h3")).to_contain_text("Longjing")
        settled(page)
        page.get_by_role("button", name="Undo").click()
        expect(page.locator(".question h3")).to_contain_text(QUESTION)
        expect(page.locator(".answer .prose")).to_have_text(first)
        page.get_by_role("button", name="Figures").click()
        expect(page.locator(".figures")).to_contain_text(re.compile(r"First word after\s*[\d,]+ ms"))
        expect(page.locator(".figures")).to_contain_text(re.compile(r"[1-9]\d* passages"))
        self.assertEqual(page.complaints, [])

    def test_chats_are_renamed_found_saved_deleted_and_brought_back(self):
        page = self.open()
        ask(page, QUESTION)
        settled(page)
        item = page.locator(".chats li.here")
        item.get_by_role("button", name="Rename").click()
        page.get_by_label("A name for this chat").fill("<b>Chains</b>")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(item.locator(".chat-link")).to_have_text("<b>Chains</b>")
        with page.expect_download() as download:
            item.get_by_role("button", name="Save as Markdown").click()
        text = pathlib.Path(download.value.path()).read_text(encoding="utf-8")
        self.assertIn(QUESTION, text)
        self.assertIn("bicycle-handbook.pdf", text)
        search = page.get_by_label("Search your chats")
        search.fill("nothing of the kind")
        expect(page.get_by_text("No chat has these words.")).to_be_visible()
        search.fill("kilometres")
        expect(page.get_by_role("link", name="<b>Chains</b>")).to_be_visible()
        search.fill("")
        page.get_by_role("link", name="<b>Chains</b>").click()
        item.get_by_role("button", name="Delete").click()
        expect(page.get_by_role("link", name="<b>Chains</b>")).to_have_count(0)
        page.get_by_role("button", name="Undo").click()
        page.get_by_role("link", name="<b>Chains</b>").click()
        expect(page.locator(".answer")).to_contain_text("kilometres")

    def test_keyboard_alone_on_a_phone(self):
        page = self.open(viewport=PHONE)
        expect(page.get_by_role("heading", name="What would you like to know?")).to_be_visible()
        page.keyboard.press("/")
        expect(page.get_by_label("Ask a question")).to_be_focused()
        page.keyboard.type(QUESTION)
        page.keyboard.press("Enter")
        settled(page)
        chip = page.locator("button.chip").first
        for _ in range(20):
            if chip.evaluate("chip => chip === document.activeElement"):
                break
            page.keyboard.press("Shift+Tab")
        expect(chip).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator(".pdf-page .mark").first).to_be_in_viewport()
        page.keyboard.press("Escape")
        expect(chip).to_be_focused()
        self.assertEqual(page.evaluate("document.documentElement.scrollWidth"), PHONE["width"], "nothing sticks out")

    def test_chosen_settings_are_what_is_asked_with(self):
        page = self.open()
        page.get_by_role("button", name="Settings").click()
        page.get_by_label("Places to read").fill("2")
        page.get_by_text("Short", exact=True).click()
        page.keyboard.press("Escape")
        with page.expect_request("**/v1/chat/completions") as request:
            ask(page, QUESTION)
        sent = request.value.post_data_json
        self.assertEqual((sent["passages"], sent["max_tokens"], sent["temperature"], sent["library"]), (2, 128, 0, "default"))
        settled(page)

    def test_the_browsers_language_and_colours(self):
        page = self.open(locale="zh-CN", color_scheme="dark")
        expect(page.get_by_role("heading", name="您想知道什么？")).to_be_visible()
        self.assertEqual(page.evaluate("getComputedStyle(document.body).colorScheme"), "dark")


if __name__ == "__main__":
    unittest.main()
