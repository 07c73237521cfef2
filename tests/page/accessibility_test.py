"""axe finds nothing serious: each view, light and dark, on a desk and on a phone."""

import unittest

from axe_playwright_python.sync_playwright import Axe

from browser import DESKTOP, PHONE, QUESTION, PageTest, ask, expect, settled


class AccessibilityTest(PageTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.folder / "broken.pdf").write_text("This is no PDF.\n")

    def check(self, page, view):
        with self.subTest(view):
            results = Axe().run(page)
            serious = [f"{v['id']}: {v['help']}: {v['nodes'][0]['html'][:200]} {v['nodes'][0]['any'][:1]}"
                       for v in results.response["violations"] if v["impact"] in ("serious", "critical")]
            self.assertEqual(serious, [])

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
                self.check(page, f"settings {where}")


if __name__ == "__main__":
    unittest.main()
