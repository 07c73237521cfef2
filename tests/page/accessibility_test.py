"""axe finds nothing serious, and nothing is cut off: each view, light and dark, on a desk and on a phone."""

import unittest

from axe_playwright_python.sync_playwright import Axe

from browser import DESKTOP, PHONE, QUESTION, PageTest, ask, drop, expect, settled


# What is cut off at the right, other than by a box that one can scroll.
STICKS_OUT = """() => [...document.body.querySelectorAll('*')].filter(element => {
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    if (box.width === 0 || box.right <= innerWidth + 1 || style.visibility === 'hidden' || style.position === 'absolute') return false;
    for (let at = element.parentElement; at; at = at.parentElement)
        if (['auto', 'scroll'].includes(getComputedStyle(at).overflowX) && at.getBoundingClientRect().right <= innerWidth + 1) return false;
    return true;
}).map(element => element.outerHTML.slice(0, 120))"""


class AccessibilityTest(PageTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.folder / "broken.pdf").write_text("This is no PDF.\n")
        cls.refused = cls.folder.parent / ("a-long-name-" * 10 + ".zip")
        cls.refused.write_text("PK")

    def check(self, page, view):
        with self.subTest(view):
            results = Axe().run(page)
            serious = [f"{v['id']}: {v['help']}: {v['nodes'][0]['html'][:200]} {v['nodes'][0]['any'][:1]}"
                       for v in results.response["violations"] if v["impact"] in ("serious", "critical")]
            self.assertEqual(serious, [])
            self.assertEqual(page.evaluate(STICKS_OUT), [])

    def test_views(self):
        for scheme in ("light", "dark"):
            self.check(self.open(color_scheme=scheme), f"first visit {scheme}")
        self.server.command("index", str(self.folder), "--json")
        for scheme in ("light", "dark"):
            for name, size in (("desk", DESKTOP), ("phone", PHONE)):
                page = self.open(color_scheme=scheme, viewport=size)
                where = f"{name} {scheme}"
                expect(page.get_by_role("heading", name="What would you like to know?")).to_be_visible()
                self.check(page, f"beginning {where}")
                ask(page, QUESTION)
                answer = settled(page)
                answer.get_by_role("button", name="Figures").click()
                self.check(page, f"answer {where}")
                answer.locator("button.chip").first.click()
                expect(page.locator(".pdf-page .mark").first).to_be_visible()
                self.check(page, f"source {where}")
                page.keyboard.press("Escape")
                page.goto(self.server.address + "/#/files")
                expect(page.locator(".files tbody tr").first).to_be_visible()
                self.check(page, f"files {where}")
                if size is PHONE:
                    page.get_by_role("button", name="Menu").click()
                    self.check(page, f"menu {where}")
                page.get_by_role("button", name="Settings").click()
                page.get_by_text("More models").click()
                expect(page.locator(".catalogue li").first).to_be_visible()
                self.check(page, f"settings {where}")
                page.keyboard.press("Escape")
                drop(page, self.refused)
                expect(page.locator(".not-taken")).to_be_visible()
                page.keyboard.press("Escape")  # the menu
                self.check(page, f"refused files {where}")


if __name__ == "__main__":
    unittest.main()
