"""What the page says, to eyes and to screen readers, in both languages: of failures, files, formulas and numbers."""

import json
import os
import re
import unittest

from browser import PHONE, QUESTION, PageTest, ask, begun, expect, settled
from hostile_test import stream

FORMULAS = r"""The formula is $$x^2$$ indeed. Also \[y^3\] within and $\frac{a}{b}$, which costs $$ 5.

- item $$z^4$$ ends

$$
\sum_{i=1}^n i
$$

Last words."""


ATTRIBUTES = """3. three
4. four

| L | R | C |
|:--|--:|:-:|
| a | 1 | x |

- [ ] open
- [x] done

[write](mailto:me@example.org)"""


CODE = r"""Take `x[1]` of the list [1], not [2]:

```python
x[1] = y[2]
print [1]
```

$$\sqrt[1]{2}$$

Done [1]."""
CLIPBOARD = ["clipboard-read", "clipboard-write"]


def copied(page, place):
    """What the button there puts on the clipboard."""
    page.evaluate("navigator.clipboard.writeText('')")
    place.get_by_role("button", name="Copy", exact=True).click()
    page.wait_for_function("async () => await navigator.clipboard.readText() !== ''")
    return page.evaluate("navigator.clipboard.readText()")


class AnswersTest(PageTest):
    FILES = ("bicycle-handbook.pdf",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.odd_name = os.fsdecode(b"lat\xe9n.txt")
        (cls.folder / cls.odd_name).write_text("The kiwi Kelvin eats nine figs on each Tuesday.\n", encoding="utf-8")
        (cls.folder / os.fsdecode(b"lat\xe8n.txt")).write_text("The emu Edgar eats only thistles.\n", encoding="utf-8")
        cls.read_documents(cls)

    def chat_of(self, content, **fields):
        body = {"messages": [{"role": "user", "content": "What?"}, {"role": "assistant", "content": content} | fields.pop("answer", {})]} | fields
        return "/#/chat/" + self.server.ask("POST", "/v1/chats", body).json()["id"]

    def test_formulas_end_where_they_end(self):
        page = self.open(self.chat_of(FORMULAS))
        prose = page.locator(".prose")
        expect(prose.locator("math")).to_have_count(5)
        first = prose.locator("p").first
        expect(first).to_contain_text(re.compile(r"The formula is\s*x2\s*indeed\. Also\s*y3\s*within and\s*ab, which costs \$\$ 5\.$"))
        self.assertEqual(first.locator(".math-block").count(), 2)
        expect(prose.locator("li")).to_have_text(re.compile(r"item\s*z4\s*ends"))
        expect(prose.locator("p").last).to_have_text("Last words.")
        self.assertNotIn("^", prose.evaluate("prose => prose.textContent"), "the formulas' TeX")
        self.assertEqual(page.complaints, [])

    def test_lists_tables_and_formulas_keep_their_attributes(self):
        page = self.open(self.chat_of(r"$\mathbb{R} \mathbf{v} \quad x$" + "\n\n" + r"$$\left(\begin{matrix}a\\b\end{matrix}\right)$$" + "\n\n" + ATTRIBUTES))
        prose = page.locator(".prose")
        expect(prose.locator("math")).to_have_count(2)
        expect(prose.locator("math mi").nth(0)).to_have_text("ℝ")
        expect(prose.locator("math mi").nth(1)).to_have_text("𝐯")
        expect(prose.locator("math mspace")).to_have_attribute("width", "1em")
        expect(prose.locator("math").nth(1)).to_have_attribute("display", "block")
        expect(prose.locator("mtable")).to_have_count(1)
        expect(prose.locator("ol")).to_have_attribute("start", "3")
        self.assertEqual(prose.locator("tbody td").evaluate_all("cells => cells.map(cell => getComputedStyle(cell).textAlign)"),
                         ["left", "right", "center"])
        boxes = prose.get_by_role("checkbox")
        self.assertEqual([(box.is_checked(), box.is_disabled(), box.get_attribute("aria-label")) for box in boxes.all()],
                         [(False, True, "to do"), (True, True, "done")])
        expect(prose.locator("a")).to_have_attribute("href", "mailto:me@example.org")
        self.assertEqual(page.complaints, [])

    def test_a_full_stop_stays_with_its_citation(self):
        citation = {"number": 1, "file": "/tmp/a.txt", "page": None, "quote": "q", "answer_span": [0, 9]}
        content = "Words [1]. 好的 [1]。Then [1] more, and [1][1]; last [1]"
        page = self.open(self.chat_of(content, library="default", answer={"answer": {"ending": "whole", "citations": [citation]}}))
        expect(page.locator(".prose button.chip")).to_have_count(6)
        expect(page.locator(".prose .together")).to_have_text(["1.", "1。", "1;"])
        self.assertEqual(page.locator(".together").first.evaluate("element => getComputedStyle(element).whiteSpace"), "nowrap")
        expect(page.locator(".prose")).to_have_text("Words1. 好的1。Then1 more, and11; last1")

    def test_long_names_of_files_end_in_dots(self):
        name = "a-name-without-an-end-" * 10 + ".txt"
        passage = {"file": "/tmp/" + name, "page": None, "heading": "", "span": [0, 4], "score": 1, "text": "Some words."}
        citation = {"number": 1, "file": "/tmp/" + name, "page": 3, "quote": "Some words.", "answer_span": [0, 9]}
        for size in (PHONE, {"width": 962, "height": 700}):
            for answer in ({"citations": [citation]}, {"declined": True, "passages": [passage]}):
                chat = self.chat_of("Words [1].", library="default", answer={"answer": {"ending": "whole"} | answer})
                page = self.open(chat, viewport=size)
                expect(page.locator(".note-file")).to_have_attribute("title", name)
                self.assertTrue(page.locator(".note-file").evaluate("name => name.scrollWidth > name.clientWidth"), "it is cut")
                self.assertTrue(page.locator(".scroller").evaluate("scroller => scroller.scrollWidth <= scroller.clientWidth"))
        expect(page.locator(".notes h4")).to_have_text("These places come closest:")

    def test_an_answer_that_was_cut_at_its_length_says_so(self):
        page = self.open()
        log = page.get_by_role("log")
        page.locator("#library").select_option(label="No files: just talk")
        page.get_by_role("button", name="Settings").click()
        page.get_by_text("Short", exact=True).click()
        page.keyboard.press("Escape")
        ask(page, "Write the numbers from one to five hundred, each on a line of its own.")
        said = settled(page).locator(".ending")
        expect(said).to_contain_text("This answer was cut at the length set in the settings.")
        expect(log).to_contain_text("This answer was cut at the length")
        page.wait_for_url("**/#/chat/*")
        page.reload()
        expect(said).to_contain_text("This answer was cut at the length set in the settings.")
        said.get_by_role("button", name="Change the length").click()
        expect(page.get_by_role("dialog", name="Settings")).to_be_visible()
        page.keyboard.press("Escape")
        said.get_by_role("button", name="Go on", exact=True).click()
        settled(page, 2)
        expect(page.locator(".question h3").last).to_contain_text("Go on where you stopped.")
        expect(page.locator(".answer").first.get_by_role("button", name="Go on", exact=True)).to_have_count(0)

    def test_a_chat_whose_collection_is_gone_says_so(self):
        self.server.ask("POST", "/v1/libraries", {"name": "gone"})
        page = self.open(self.chat_of("Some words.", library="gone"))
        expect(page.locator(".answer")).to_have_count(1)
        self.server.ask("DELETE", "/v1/libraries/gone")
        ask(page, QUESTION)
        expect(page.locator(".ending.failed")).to_contain_text("The collection “gone”, which this chat asks, is not there any more")
        expect(page.locator(".ending.failed")).to_contain_text("Choose another under “Answers come from”")

    def test_indices_in_code_are_no_citations(self):
        page = self.open(self.chat_of(CODE), permissions=CLIPBOARD)
        prose = page.locator(".prose")
        expect(prose.locator("pre .hljs-number").first).to_be_attached()
        expect(prose.locator("math")).to_have_count(1)
        expect(prose.locator("p").first).to_have_text("Take x[1] of the list [1], not [2]:")
        self.assertEqual(prose.locator("pre code").inner_text(), "x[1] = y[2]\nprint [1]\n")
        self.assertEqual(page.locator(".chip").count(), 0, "without a library nothing is cited")
        self.assertEqual(copied(page, page.locator(".answer .actions")), CODE)
        self.assertEqual(copied(page, prose.locator(".code")), "x[1] = y[2]\nprint [1]\n")
        with self.subTest("a library's answer, with what draws code and formulas at hand"):
            citation = {"number": 1, "file": "/tmp/a.txt", "page": None, "quote": "q", "answer_span": [0, 9]}
            answer = {"answer": {"ending": "whole", "citations": [citation]}}
            page.goto(self.server.address + self.chat_of(CODE, library="default", answer=answer))
            expect(prose.locator("button.chip")).to_have_count(2)
            expect(prose.locator("p").first).to_have_text("Take x[1] of the list1, not [2]:")
            expect(prose.locator("p").last).to_have_text("Done1.")
            expect(prose.locator("math mn").last).to_have_text("1")
            self.assertEqual(prose.locator("pre code").inner_text(), "x[1] = y[2]\nprint [1]\n")
            self.assertEqual(prose.locator("pre .hljs-number").all_inner_texts(), ["1", "2", "1"])
            self.assertEqual(copied(page, page.locator(".answer .actions")),
                             CODE.replace("list [1]", "list").replace("Done [1]", "Done"))
            self.assertNotRegex(page.locator("body").inner_text(), "[\uE000\uE001]")
        self.assertEqual(page.complaints, [])

    def test_a_citation_behind_code(self):
        citation = {"number": 1, "file": "/tmp/a.txt", "page": None, "quote": "q", "answer_span": [0, 9]}
        content = "Like this:\n```\necho [1]\n``` [1]\n\nSee https://example.org/a [1]."
        page = self.open(self.chat_of(content, library="default", answer={"answer": {"ending": "whole", "citations": [citation]}}))
        expect(page.locator(".prose button.chip")).to_have_count(2)
        self.assertEqual(page.locator(".prose pre code").inner_text(), "echo [1]\n")
        expect(page.locator(".prose a")).to_have_attribute("href", "https://example.org/a")

    def test_screen_readers_are_told_how_an_answer_ended(self):
        page = self.open()
        log = page.get_by_role("log")
        page.locator("#library").select_option(label="No files: just talk")
        ask(page, "Write the numbers from one to five hundred, each on a line of its own.")
        begun(page)
        page.get_by_role("button", name="Stop", exact=True).click()
        settled(page)
        expect(log).to_contain_text("You stopped this answer.")
        expect(log).not_to_contain_text("complete")
        broken = stream("Some words")[:-len("data: [DONE]\n\n")] + f"data: {json.dumps({'error': {'message': 'It broke.', 'code': None}})}\n\n"
        page.route("**/v1/chat/completions", lambda route: route.fulfill(status=200, content_type="text/event-stream", body=broken))
        ask(page, "What?")
        settled(page, 2)
        expect(log).to_contain_text("It broke.")
        expect(log).not_to_contain_text("complete")
        page.unroute("**/v1/chat/completions")
        page.route("**/v1/chat/completions", lambda route: route.fulfill(status=200, content_type="text/event-stream", body=stream("Fine.")))
        ask(page, "And now?")
        settled(page, 3)
        expect(log).to_contain_text("The answer is complete.")

    def test_too_little_memory_is_not_called_busy(self):
        page = self.open()
        error = {"message": "The model \"big\" needs about 9 GB of memory, and 2 GB are free: close something, or choose a smaller model.",
                 "type": "server_error", "param": "model", "code": "insufficient_memory"}
        answer = {"status": 503, "content_type": "application/json", "body": json.dumps({"error": error})}
        page.route("**/v1/chat/completions", lambda route: route.fulfill(**answer))
        ask(page, QUESTION)
        expect(page.locator(".ending.failed")).to_contain_text("9 GB of memory")
        expect(page.locator(".ending.failed")).not_to_contain_text("busy")
        error |= {"code": "models_busy"}
        answer["body"] = json.dumps({"error": error})
        ask(page, QUESTION)
        expect(page.locator(".ending.failed").last).to_contain_text(re.compile("busy|are answering"))

    def test_a_source_that_is_gone(self):
        moved = self.folder.parent / "moved.pdf"
        page = self.open()
        ask(page, QUESTION)
        settled(page)
        (self.folder / "bicycle-handbook.pdf").rename(moved)
        self.addCleanup(self.read_documents)
        self.addCleanup(moved.rename, self.folder / "bicycle-handbook.pdf")
        page.locator("button.chip").first.click()
        said = page.locator(".source-failed")
        expect(said.get_by_role("alert")).to_contain_text("moved, renamed or deleted. Put it back")
        expect(said.get_by_role("alert")).not_to_contain_text("http")
        expect(said.locator("blockquote")).to_contain_text("every 200 kilometres")

    def test_names_that_are_not_utf_8(self):
        page = self.open("/#/files")
        for name, words in (("lat\ufffdn.txt", {"Kelvin", "Edgar"}),):
            seen = set()
            for number in range(2):
                page.get_by_role("button", name=name, exact=True).nth(number).click()
                expect(page.locator(".text-page")).to_contain_text("eats")
                text = page.locator(".text-page").inner_text()
                seen |= {word for word in words if word in text}
                page.keyboard.press("Escape")
            self.assertEqual(seen, words, "each of two files whose names look the same")
        page.goto(self.server.address + "/#/")
        ask(page, "What does the kiwi Kelvin eat on each Tuesday?")
        settled(page)
        page.locator("button.note").first.click()
        expect(page.locator(".source-body mark").first).to_contain_text("nine figs")

    def test_numbers_have_their_words(self):
        page = self.open()
        page.get_by_role("button", name="Settings").click()
        page.get_by_label("Places to read").fill("1")
        page.keyboard.press("Escape")
        ask(page, QUESTION)
        settled(page).get_by_role("button", name="Figures").click()
        expect(page.locator(".figures")).to_contain_text(re.compile(r"1 passage, [\d,]+ tokens"))


class FilesTest(PageTest):
    FILES = ("泡茶指南.txt",)

    def test_one_file_is_ready(self):
        page = self.open("/#/files")
        page.get_by_label("A folder on the computer").fill(str(self.folder))
        page.get_by_role("button", name="Add folder").click()
        expect(page.get_by_text("All read: 1 file is ready for your questions.")).to_be_visible()

    def test_failures_in_chinese(self):
        (self.folder / "broken.pdf").write_text("This is no PDF.\n")
        (self.folder / "broken.docx").write_text("This is no archive.\n")
        for name in ("broken.pdf", "broken.docx"):
            self.addCleanup((self.folder / name).unlink)
        self.read_documents()
        page = self.open("/#/files", locale="zh-CN")
        row = page.locator("tr", has_text="broken.pdf")
        expect(row.locator(".reason")).to_have_text("不是 PDF")
        expect(row.locator(".reason")).to_have_attribute("title", "is not a PDF")
        expect(page.locator("tr", has_text="broken.docx").locator(".reason")).to_have_text("不是 Word 文档（.docx），或已损坏：不是 ZIP 压缩文件")
        field = page.get_by_label("运行 Lectern 的电脑上的文件夹")
        for path, words in (("/no/such", '"/no/such" 不存在：请检查拼写。'), ("papers", '"papers" 不是完整路径')):
            field.fill(path)
            page.get_by_role("button", name="添加文件夹").click()
            expect(page.get_by_role("alert").filter(has_text=words)).to_be_visible()
        page.locator("#library").select_option(label="新建资料集…")
        page.get_by_label("资料集的名称").fill("default")
        page.get_by_role("button", name="新建", exact=True).click()
        expect(page.locator(".toast")).to_contain_text('已有名为 "default" 的资料集')

    def test_downloads_that_fail_in_chinese(self):
        page = self.open(locale="zh-CN")
        model = {"id": "big", "name": "Big", "kind": "chat", "bytes": 5_000_000, "memory_bytes": 6_000_000, "licence": "MIT", "state": "failed",
                 "done": 0, "per_second": None}
        kept = "big.gguf stopped at 0 B of 5 MB: {}. What has come is kept: pull it again to go on from there."
        said = {"Could not resolve host: hub.example": "找不到服务器 hub.example，请检查网络连接",
                "HTTP/2 stream 1 was not closed cleanly": "英文原文“HTTP/2 stream 1 was not closed cleanly”"}
        reasons = iter(said)
        page.route("**/v1/catalogue", lambda route: route.fulfill(json={"data": [model | {"reason": kept.format(next(reasons))}]}))
        for words in said.values():
            page.get_by_role("button", name="设置").click()
            page.get_by_text("更多模型").click()
            expect(page.locator(".catalogue .wrong")).to_have_text(
                f"下载失败：big.gguf 下载到 0 B（共 5 MB）时停止：{words}。已下载的部分会保留，重试时从那里继续。")
            page.keyboard.press("Escape")

    def test_files_on_a_phone(self):
        self.read_documents()
        chat = self.server.ask("POST", "/v1/chats", {"title": "A chat of before", "messages": [{"role": "user", "content": "?"}]}).json()["id"]
        page = self.open("/#/chat/" + chat, viewport=PHONE)
        expect(page.locator(".bar-title")).to_have_text("A chat of before")
        page.goto(self.server.address + "/#/files")
        expect(page.locator(".bar-title")).to_have_text("Files")
        edge = page.locator(".library-body").evaluate(
            "body => body.getBoundingClientRect().right - parseFloat(getComputedStyle(body).paddingRight)")
        button = page.get_by_role("button", name=f"Take {self.folder} out")
        expect(button).to_be_visible()
        self.assertLessEqual(button.evaluate("button => button.getBoundingClientRect().right"), edge)
        page.go_back()
        expect(page.locator(".bar-title")).to_have_text("A chat of before")


if __name__ == "__main__":
    unittest.main()
