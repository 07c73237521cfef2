"""Nothing that was asked or answered is lost, and what was deleted stays deleted. The answers here are made up."""

import contextlib
import json
import unittest

from playwright.sync_api import Error

from browser import PageTest, ask, expect, settled
from hostile_test import stream


def streamed(text):
    return {"status": 200, "content_type": "text/event-stream", "body": stream(text)}


def refused(status, code=None):
    return {"status": status, "content_type": "application/json", "body": json.dumps({"error": {"message": "It is held.", "code": code}})}


class KeepingTest(PageTest):
    FILES = ()

    def setUp(self):
        for chat in self.chats():
            self.server.ask("DELETE", "/v1/chats/" + chat["id"])
        self.page = self.open()
        self.asked, self.held = [], None  # requests for answers; where a list, they wait in it
        self.page.route("**/v1/chat/completions", self.reply)
        self.page.locator("#library").select_option(label="No files: just talk")
        ask(self.page, "First?")
        settled(self.page)
        self.page.wait_for_url("**/#/chat/*")

    def tearDown(self):
        for route in self.held or []:
            with contextlib.suppress(Error):  # it was answered, or nobody waits for it any more
                route.abort()

    def reply(self, route):
        self.asked.append(route.request)
        if self.held is None:
            route.fulfill(**streamed(f"Answer {len(self.asked)}."))
        else:
            self.held.append(route)

    def waits(self, holds):
        self.eventually(lambda: self.page.wait_for_timeout(20) or holds())

    def chats(self):
        return self.server.ask("GET", "/v1/chats").json()["data"]

    def kept(self):
        chat = self.server.ask("GET", "/v1/chats/" + self.page.url.rsplit("/", 1)[1]).json()
        return [message["content"] for message in chat["messages"]]

    def keeps(self, *messages):
        self.waits(lambda: self.kept() == list(messages))

    def edit(self, number, text):
        page = self.page
        page.locator(".question").nth(number).hover()
        page.get_by_role("button", name="Edit the question").nth(number).click()
        page.get_by_role("textbox", name="Edit the question").fill(text)

    def resend(self):
        self.page.get_by_role("button", name="Ask this instead").click()

    def undo(self):
        self.page.get_by_role("button", name="Undo").click()

    def test_undo_keeps_what_was_asked_since(self):
        self.page.get_by_role("button", name="Ask again").click()
        settled(self.page)
        ask(self.page, "Second?")
        settled(self.page, 2)
        self.undo()
        self.keeps("First?", "Answer 1.", "Second?", "Answer 3.")
        self.edit(0, "Other?")
        self.resend()
        settled(self.page)
        self.held = []
        ask(self.page, "Third?")
        self.waits(lambda: self.held)
        self.undo()
        self.held[0].fulfill(**streamed("Answer 5."))
        settled(self.page, 3)
        self.keeps("First?", "Answer 1.", "Second?", "Answer 3.", "Third?", "Answer 5.")
        self.page.reload()
        expect(self.page.locator(".question h3")).to_contain_text(["First?", "Second?", "Third?"])

    def test_undo_is_seen_where_the_chat_was_opened_anew(self):
        self.page.get_by_role("button", name="Ask again").click()
        expect(self.page.locator(".answer .prose")).to_have_text("Answer 2.")
        self.keeps("First?", "Answer 2.")
        self.page.locator("header .wordmark").click()
        expect(self.page.locator(".question")).to_have_count(0)
        self.page.get_by_role("link", name="First?").click()
        expect(self.page.locator(".answer .prose")).to_have_text("Answer 2.")
        self.undo()
        expect(self.page.locator(".answer .prose")).to_have_text("Answer 1.")
        self.keeps("First?", "Answer 1.")

    def test_an_answer_that_goes_on_is_seen_where_one_looked_elsewhere(self):
        self.held = []
        ask(self.page, "Second?")
        self.waits(lambda: self.held)
        for path in ("**/v1/**", "**/health"):
            self.page.route(path, lambda route: route.abort())
        half = stream("Half an ans").rsplit("data: ", 2)[0]  # without its end
        self.held[0].fulfill(status=200, content_type="text/event-stream", body=half)
        expect(self.page.get_by_role("alert").filter(has_text="does not answer")).to_be_visible()
        self.page.locator("header .wordmark").click()
        expect(self.page.locator(".question")).to_have_count(0)
        for path in ("**/v1/**", "**/health"):
            self.page.unroute(path)
        self.waits(lambda: len(self.held) == 2)
        self.page.get_by_role("link", name="First?").click()
        expect(self.page.locator(".answer")).to_have_count(2)
        self.held[1].fulfill(**streamed("Half an answer, and the rest."))
        expect(settled(self.page, 2).locator(".prose")).to_have_text("Half an answer, and the rest.")
        self.keeps("First?", "Answer 1.", "Second?", "Half an answer, and the rest.")

    def test_a_question_that_is_replaced_stops_the_answer_under_way(self):
        broken = []
        self.page.on("requestfailed", lambda request: broken.append(request))
        self.edit(0, "Other?")
        self.held = []
        ask(self.page, "Second?")
        self.waits(lambda: self.held)
        self.resend()
        self.waits(lambda: len(self.held) == 2)
        self.assertEqual([request for request in broken if request in self.asked], [self.asked[1]])
        self.held[1].fulfill(**streamed("Answer 3."))
        settled(self.page)
        self.keeps("Other?", "Answer 3.")

    def test_a_chat_that_is_deleted_while_it_is_answered_stays_deleted(self):
        self.held = []
        ask(self.page, "Second?")
        self.waits(lambda: self.held)
        self.page.locator(".chats li.here").get_by_role("button", name="Delete").click()
        expect(self.page.get_by_text("was deleted.")).to_be_visible()
        expect(self.page.locator(".question")).to_have_count(0)
        self.assertIsNotNone(self.asked[1].failure, "nobody writes for nobody")
        ask(self.page, "Another?")  # what is kept after it, was kept
        self.waits(lambda: len(self.held) == 2)
        self.held[1].fulfill(**streamed("Answer 3."))
        settled(self.page)
        self.assertEqual([chat["title"] for chat in self.chats()], ["Another?"])

    def test_a_deleted_chat_comes_back_with_what_was_asked(self):
        self.held = []
        ask(self.page, "Second?")
        self.waits(lambda: self.held)
        self.page.locator(".chats li.here").get_by_role("button", name="Delete").click()
        self.undo()
        self.page.get_by_role("link", name="First?").click()
        expect(self.page.locator(".question h3")).to_contain_text(["First?", "Second?"])
        expect(self.page.locator(".answer").last).to_contain_text("You stopped this answer.")
        self.assertEqual(len(self.chats()), 1)

    def test_a_title_that_is_refused_keeps_nothing_from_being_kept(self):
        self.page.locator(".chats li.here").get_by_role("button", name="Rename").click()
        field = self.page.get_by_label("A name for this chat")
        field.fill("")
        self.page.keyboard.insert_text("x" + "🙂" * 200)
        self.assertEqual(field.input_value(), "x" + "🙂" * 124, "whole characters, of 250 as JavaScript counts")
        field.evaluate("field => field.removeAttribute('maxlength')")
        field.fill("x" * 251)
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.page.locator(".toast")).to_contain_text("may have 250 characters at most")
        expect(self.page).to_have_title("First? · Lectern")
        ask(self.page, "Second?")
        settled(self.page, 2)
        self.keeps("First?", "Answer 1.", "Second?", "Answer 2.")

    def test_a_first_question_of_any_letters_gives_a_title(self):
        self.page.get_by_role("button", name="New chat").first.click()
        ask(self.page, "🙂" * 300)
        settled(self.page)
        self.waits(lambda: self.chats()[0]["title"] == "🙂" * 69 + "…")

    def test_what_found_no_server_is_kept_once_it_is_back(self):
        def away(route):
            if route.request.method == "PUT":
                route.abort()
            else:
                route.continue_()
        self.held = []
        ask(self.page, "Second?")
        self.waits(lambda: self.held)
        self.page.route("**/v1/chats/*", away)
        self.page.route("**/health", lambda route: route.abort())
        self.page.route("**/v1/libraries", lambda route: route.abort())
        self.held[0].fulfill(**streamed("Answer 2."))
        settled(self.page, 2)
        expect(self.page.get_by_role("alert").filter(has_text="does not answer")).to_be_visible()
        self.assertNotIn("Answer 2.", self.kept())
        self.page.unroute("**/v1/chats/*")
        self.page.unroute("**/health")
        self.page.unroute("**/v1/libraries")
        self.keeps("First?", "Answer 1.", "Second?", "Answer 2.")

    def test_a_server_that_is_busy_is_asked_again_and_no_other_window_blamed(self):
        for status, code in ((409, None), (503, "server_busy")):
            with self.subTest(status=status):
                puts = []

                def busy(route):
                    if route.request.method != "PUT":
                        return route.continue_()
                    puts.append(route)
                    return route.fulfill(**refused(status, code)) if len(puts) == 1 else route.continue_()
                self.page.route("**/v1/chats/*", busy)
                self.held = None
                before = self.kept()
                ask(self.page, "More?")
                settled(self.page, len(before) // 2 + 1)
                self.keeps(*before, "More?", f"Answer {len(self.asked)}.")
                expect(self.page.locator(".toast")).to_have_count(0)
                self.page.unroute("**/v1/chats/*")
        self.page.route("**/v1/chats/*", lambda route: route.fulfill(**refused(409)) if route.request.method == "PUT" else route.continue_())
        ask(self.page, "Again?")
        expect(self.page.locator(".toast")).to_contain_text("That cannot be done now: It is held.")


if __name__ == "__main__":
    unittest.main()
