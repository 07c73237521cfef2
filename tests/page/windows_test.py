"""Two windows on one chat, and chats that others wrote: nothing that a person typed or got is lost."""

import unittest

from browser import QUESTION, PageTest, ask, expect, settled

TEA = "How hot is the water for Longjing tea?"
BATTERY = "How long does the battery of the bicycle take to charge?"


class WindowsTest(PageTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.read_documents(cls)

    def begin(self):
        """A page with one question answered, and another of the same chat."""
        page = self.open()
        ask(page, QUESTION)
        settled(page)
        page.wait_for_url("**/#/chat/*")
        other = page.context.new_page()
        other.goto(page.url)
        settled(other)
        return page, other

    def kept(self, page):
        """The messages of the chat that the page shows, as the server has them."""
        chat = self.server.ask("GET", "/v1/chats/" + page.url.rsplit("/", 1)[1]).json()
        return [message["content"] for message in chat["messages"]]

    def test_both_windows_questions_and_answers_are_kept(self):
        page, other = self.begin()
        ask(page, TEA)
        tea = settled(page, 2).locator(".prose").inner_text()
        ask(other, BATTERY)
        expect(other.locator(".question h3")).to_contain_text([QUESTION, TEA, BATTERY])
        settled(other, 3)
        expect(other.locator(".answer .prose").nth(1)).to_have_text(tea)
        expect(other.get_by_text("This chat went on in another window too.")).to_be_visible()
        self.eventually(lambda: len(self.kept(other)) == 6 and all(self.kept(other)))
        self.assertEqual(self.kept(other)[::2], [QUESTION, TEA, BATTERY])
        page.reload()
        expect(page.locator(".question h3")).to_contain_text([QUESTION, TEA, BATTERY])
        expect(page.locator(".answer .prose").nth(1)).to_have_text(tea)

    def test_answers_that_were_written_at_once_keep_their_places(self):
        page, other = self.begin()
        held = []
        page.route("**/v1/chat/completions", lambda route: held.append(route))
        ask(page, TEA)
        self.eventually(lambda: page.wait_for_timeout(20) or held)
        ask(other, BATTERY)
        settled(other, 3)
        held[0].continue_()
        settled(page, 3)
        self.eventually(lambda: all(self.kept(page)))
        kept = self.kept(page)
        self.assertEqual(kept[::2], [QUESTION, TEA, BATTERY])
        self.assertEqual(len(kept), 6)
        expect(page.locator(".answer")).to_have_count(3)

    def test_a_chat_that_is_deleted_elsewhere_goes_on(self):
        page, other = self.begin()
        old = page.url
        item = other.locator(".chats li.here")
        item.get_by_role("button", name="Delete").click()
        expect(other.get_by_text("was deleted.")).to_be_visible()
        ask(page, TEA)
        answer = settled(page, 2).locator(".prose").inner_text()
        expect(page.get_by_text("This chat was deleted in another window.")).to_be_visible()
        self.assertNotEqual(page.url, old)
        self.eventually(lambda: all(self.kept(page)))
        page.reload()
        expect(page.locator(".question h3")).to_contain_text([QUESTION, TEA])
        expect(page.locator(".answer .prose").last).to_have_text(answer)

    def test_undo_keeps_what_another_window_asked(self):
        page, other = self.begin()
        ask(page, TEA)
        settled(page, 2)
        other.get_by_role("button", name="Ask again").click()
        settled(other, 2)
        expect(other.locator(".question h3")).to_contain_text([QUESTION, TEA])
        other.get_by_role("button", name="Undo").click()
        expect(other.locator(".question h3")).to_contain_text([QUESTION, TEA])
        expect(other.locator(".answer .prose").first).to_have_text(page.locator(".answer .prose").first.inner_text())
        self.eventually(lambda: len(self.kept(page)) == 4 and all(self.kept(page)))

    def test_addresses_of_any_kind_give_a_page(self):
        for path in ("/#/chat/%", "/#/chat/%E0%A4%A", "/#/chat/none", "/#/nonsense", "/#/files/x", "/#/chat/", "/#%"):
            with self.subTest(path):
                page = self.open(path)
                expect(page.locator(".sheet > section")).to_be_visible()
                self.assertEqual([c for c in page.complaints if "404" not in c], [])

    def test_an_odd_chat_harms_no_other(self):
        odd = {"citations": "none", "passages": 3, "sentences": {}, "figures": {"ttft_ms": "soon"}, "model": 7, "ending": ["?"],
               "failure": "x", "declined": "yes"}
        part = {"citations": [None, 4, {}, {"number": 1, "file": "/tmp/a.txt", "page": "x", "quote": "q", "answer_span": [0, 3]},
                              {"number": 2, "file": "/tmp/b.txt", "page": None, "quote": "sound", "answer_span": [0, 3]}]}
        make = lambda content, answer: self.server.ask("POST", "/v1/chats", {"library": "default", "messages": [
            {"role": "user", "content": "Odd?"}, {"role": "assistant", "content": content, "answer": answer}]}).json()["id"]
        ids = [make("Words of the first [1].", odd), make("Words of the second [2].", part), make("Plain.", {})]
        page = self.open("/#/chat/" + ids[0])
        for number, words in enumerate(("Words of the first", "Words of the second", "Plain.")):
            page.goto(self.server.address + "/#/chat/" + ids[number])
            expect(page.locator(".answer")).to_have_count(1)
            expect(page.locator(".answer .prose")).to_contain_text(words)
            expect(page.locator(".toast")).to_have_count(0)
            if number == 1:
                expect(page.locator(".note-quote")).to_have_text("sound")
        self.assertEqual(page.complaints, [])


class ListTest(PageTest):
    def test_all_chats_can_be_reached(self):
        for number in range(230):
            self.server.ask("POST", "/v1/chats", {"title": f"Number {number}", "messages": []})
        page = self.open()
        links = page.locator(".chats .chat-link")
        expect(links).to_have_count(100)
        page.get_by_role("button", name="Show older chats").click()
        expect(links).to_have_count(200)
        page.get_by_role("button", name="Show older chats").click()
        expect(links).to_have_count(230)
        expect(links.last).to_have_text("Number 0")
        expect(page.get_by_role("button", name="Show older chats")).to_be_hidden()

    def test_what_was_typed_stays_with_its_chat(self):
        first = self.server.ask("POST", "/v1/chats", {"title": "First", "messages": [{"role": "user", "content": "One?"}]}).json()["id"]
        page = self.open()
        field = page.get_by_label("Ask a question")
        field.fill("a draft of a new chat")
        page.goto(self.server.address + "/#/chat/" + first)
        expect(page.locator(".question h3")).to_contain_text("One?")
        expect(field).to_have_value("")
        field.fill("a draft of the first")
        page.goto(self.server.address + "/#/files")
        expect(page.locator(".library")).to_be_visible()
        page.go_back()
        expect(field).to_have_value("a draft of the first")
        page.goto(self.server.address + "/#/")
        expect(field).to_have_value("a draft of a new chat")
        page.reload()
        expect(field).to_have_value("a draft of a new chat")
        page.locator("#library").select_option(label="No files: just talk")
        field.press("Enter")
        settled(page)
        expect(field).to_have_value("")
        page.locator("header .wordmark").click()
        expect(page.locator(".answer")).to_have_count(0)
        expect(field).to_have_value("")


if __name__ == "__main__":
    unittest.main()
