"""HTML and script in documents, questions, names and the model's words: shown as text, run nowhere."""

import gzip
import json
import re
import unittest

from browser import PageTest, ask, expect, settled

EVIL = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script><svg onload="window.pwned=1">'
ANSWER = f"""{EVIL}

[a link](javascript:window.pwned=1) [data](data:text/html,<script>window.pwned=1</script>) ![p](https://evil.example/track.png)

<a href="javascript:window.pwned=1">x</a><iframe srcdoc="<script>parent.pwned=1</script>"></iframe><style>body{{display:none}}</style>

[c](java&Tab;script:window.pwned=1) [d](\x01javascript:window.pwned=1) [e](&#106;avascript:window.pwned=1) [v](vbscript:window.pwned)
[f](JaVaScRiPt:window.pwned=1) [r](//evil.example/) [g](file:///etc/passwd) <javascript:window.pwned=1> [b](blob:https://evil.example/x)

<svg><a xlink:href="javascript:window.pwned=1"><text>x</text></a></svg><math href="javascript:window.pwned=1"><annotation-xml encoding="text/html"><img src=x onerror=window.pwned=1></annotation-xml></math>

$\\href{{data:text/html,x}}{{\\mathbb{{R}}}}$ and $\\url{{javascript:window.pwned=1}}$ and $\\includegraphics{{https://evil.example/x.png}}$ and $\\mathbf{{<img src=x onerror=window.pwned=1>}} \\quad$

<form action="https://evil.example"><input name=q><button>send</button></form><math><mi xlink:href="javascript:window.pwned=1">x</mi></math>

$\\href{{javascript:window.pwned=1}}{{x}} \\htmlStyle{{position:fixed}}{{y}}$ and $$\\def\\a{{\\a\\a}}\\a$$ and $x^2$

```html
{EVIL}
```

| a | b |
|---|---|
| {EVIL} | `{EVIL}` |

\uE0000\uE001 [1] [99] [?]"""


def stream(text, **details):
    head = {"id": "x", "object": "chat.completion.chunk", "model": "m"}
    pieces = [{"choices": [{"index": 0, "delta": {"content": text[at:at + 37]}, "finish_reason": None}]} for at in range(0, len(text), 37)]
    pieces.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]} | details)
    return "".join(f"data: {json.dumps(head | piece)}\n\n" for piece in pieces) + "data: [DONE]\n\n"


class HostileTest(PageTest):
    NAME = "<img src=x onerror=window.pwned=1> & ‮fdp.txt"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.folder / cls.NAME).write_text(
            f"The zebra's secret word is marmalade {EVIL}. Zebras sleep standing.\n\n{EVIL}\n", encoding="utf-8")
        (cls.folder / "page.html").write_text(
            f"<html><head><title>&lt;script&gt;window.pwned=1&lt;/script&gt;</title></head><body><h1>{EVIL.replace('<', '&lt;')}</h1>"
            "<p>The heron's secret word is turnip.</p><script>window.pwned=1</script></body></html>", encoding="utf-8")
        cls.server.command("index", str(cls.folder), "--json")

    def unharmed(self, page):
        self.assertIsNone(page.evaluate("window.pwned ?? null"))
        self.assertEqual(page.locator("img, iframe, script:not([src]), style, form[action], object, embed").count(), 0)
        self.assertEqual(page.evaluate("[...document.querySelectorAll('*')].filter(e => [...e.attributes].some(a => /^on/i.test(a.name))).length"), 0)
        self.assertEqual([c for c in page.complaints if "Content Security" in c or "Refused" in c], [],
                         "nothing even came to be refused by the policy")

    def test_the_models_words(self):
        page = self.open()
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        citation = {"number": 1, "file": f"/tmp/{self.NAME}", "page": None, "quote": EVIL, "quote_span": [0, 3],
                    "answer_span": [0, 10_000], "url": "javascript:window.pwned=1"}
        body = stream(ANSWER, citations=[citation], passages=[], sentences=[], declined=False, query=EVIL)
        page.route("**/v1/chat/completions", lambda route: route.fulfill(status=200, content_type="text/event-stream", body=body))
        ask(page, EVIL)
        answer = settled(page)
        expect(answer).to_contain_text('<img src=x onerror="window.pwned=1">')
        expect(answer).to_contain_text("<iframe srcdoc")
        expect(answer.locator(".code code")).to_contain_text("<script>window.pwned=1</script>")
        expect(answer.locator("math").last).to_be_attached()
        self.assertEqual(answer.locator("a[href^='javascript'], a[href^='data'], [style]").count(), 0)
        self.assertEqual(answer.locator("svg:not(.icon), annotation-xml, [id]").count(), 0)
        for name in ("href", "xlink:href", "src", "action", "formaction", "srcdoc"):
            found = page.evaluate("name => [...document.querySelectorAll('.answer *')].filter(e => !e.matches('a') && e.hasAttribute(name)).length", name)
            self.assertEqual(found, 0, name)
        expect(answer.locator("math mspace[width='1em']")).to_have_count(1)  # what is harmless stays
        self.assertEqual(answer.locator("button.chip").count(), 1, "a number without a citation is no button")
        for link in answer.locator("a[href]").all():
            self.assertRegex(link.get_attribute("href"), r"^https?://")
        self.unharmed(page)
        expect(page.locator(".question h3")).to_contain_text(EVIL)
        expect(page.locator(".chats .chat-link").first).to_contain_text("<img src=x")
        answer.locator("button.chip").click()
        expect(page.get_by_role("complementary", name="The source").get_by_role("heading")).to_have_text(self.NAME)
        self.assertEqual(page.locator(".source a[href]").count(), 0)
        self.unharmed(page)
        page.reload()
        expect(page.locator(".answer")).to_contain_text("<iframe srcdoc")
        self.unharmed(page)
        self.assertEqual([url for url in asked if not url.startswith(self.server.address)], [])

    def test_comments_and_events_of_several_lines_in_the_stream(self):
        page = self.open()
        body = ":\n\n: who is there?\nevent: message\n" + stream("Some words.").replace(', "choices"', ',\ndata: "choices"', 1) \
            .replace("\n\ndata: {", "\n\n:\n\ndata:{", 1).replace("data: [DONE]", ": so\n\ndata: [DONE]")
        page.route("**/v1/chat/completions", lambda route: route.fulfill(status=200, content_type="text/event-stream", body=body))
        ask(page, "What?")
        expect(settled(page).locator(".prose")).to_have_text("Some words.")
        expect(page.locator(".ending")).to_have_count(0)

    def test_an_error_in_the_stream(self):
        page = self.open()
        body = stream("Some words")[:-len("data: [DONE]\n\n")] + f"data: {json.dumps({'error': {'message': EVIL, 'code': None}})}\n\n"
        page.route("**/v1/chat/completions", lambda route: route.fulfill(status=200, content_type="text/event-stream", body=body))
        ask(page, "What?")
        expect(page.locator(".ending.failed")).to_contain_text(EVIL)
        self.unharmed(page)

    def test_documents_and_their_names(self):
        page = self.open("/#/files")
        expect(page.locator(".files")).to_contain_text(self.NAME)
        self.unharmed(page)
        page.get_by_role("button", name=self.NAME, exact=True).click()
        expect(page.locator(".text-page")).to_contain_text('<img src=x onerror="window.pwned=1">')
        self.unharmed(page)
        page.goto(self.server.address + "/#/")
        ask(page, "What is the zebra's secret word?")
        settled(page)
        page.locator("button.note").first.click()
        expect(page.locator(".source-body mark").first).to_be_in_viewport()
        self.unharmed(page)


class PolicyTest(PageTest):
    def test_what_is_inline_is_refused(self):
        page = self.open()
        refused = page.evaluate("""async () => {
            const refused = [];
            document.addEventListener('securitypolicyviolation', event => refused.push(event.effectiveDirective));
            const add = (name, change) => { const e = document.createElement(name); change(e); document.body.append(e); };
            add('script', e => { e.textContent = 'window.pwned = 1'; });
            add('style', e => { e.textContent = 'body { display: none }'; });
            add('img', e => { e.src = 'https://evil.example/x.png'; });
            add('iframe', e => { e.src = 'https://evil.example/'; });
            await fetch('https://evil.example/').catch(() => 0);
            await new Promise(done => setTimeout(done, 300));
            return [...new Set(refused)].sort();
        }""")
        self.assertEqual(refused, ["connect-src", "frame-src", "img-src", "script-src-elem", "style-src-elem"])
        self.assertIsNone(page.evaluate("window.pwned ?? null"))

    def test_files_of_the_page(self):
        index = self.server.ask("GET", "/")
        self.assertEqual(index.status, 200)
        self.assertIn("default-src 'none'", index.headers["content-security-policy"])
        self.assertNotIn("unsafe", index.headers["content-security-policy"])
        self.assertEqual(index.headers["cache-control"], "no-cache")
        self.assertEqual(self.server.ask("GET", "/", headers={"If-None-Match": index.headers["etag"]}).status, 304)
        script = index.body.decode().split('type="module" src="')[1].split('"')[0]
        plain, packed = (self.server.ask("GET", script, headers={"Accept-Encoding": how}) for how in (None, "gzip, br"))
        self.assertEqual(gzip.decompress(packed.body), plain.body)
        self.assertEqual(packed.headers["content-encoding"], "gzip")
        self.assertIn("immutable", packed.headers["cache-control"])
        for path in ("/assets/none.js", "/assets/..%2findex.html", "/assets/", "/index.html", "/page_files.cc"):
            self.assertEqual(self.server.ask("GET", path).status, 404, path)

    def test_the_bundle_is_small(self):
        """All that the page may ever ask for, but pdf.js, its fonts and its tables of characters."""
        sizes, waiting = {}, ["/"]
        while waiting:
            path = waiting.pop()
            sizes[path] = len(self.server.ask("GET", path, headers={"Accept-Encoding": "gzip"}).body)
            text = self.server.ask("GET", path).body.decode("utf-8", "replace")
            named = {"/assets/" + name for name in re.findall(r"[\w.]+-[A-Z0-9]{8}\.(?:js|css|woff2)", text)}
            waiting += [name for name in named if name not in sizes and name not in waiting and "/pdf" not in name]
        kinds = {name.rsplit(".", 1)[-1] for name in sizes}
        self.assertEqual(kinds, {"/", "js", "css", "woff2"})
        self.assertTrue(any("katex" in name for name in sizes), sizes)
        self.assertLess(sum(sizes.values()), 600_000, sizes)


if __name__ == "__main__":
    unittest.main()
