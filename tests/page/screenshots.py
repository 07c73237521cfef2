#!/usr/bin/env python3
"""Pictures of the page for docs/images: screenshots.py [FOLDER]. Desktop and phone, light and dark; run after scripts/build."""

import os
import pathlib
import re
import sys

SOURCE = pathlib.Path(__file__).parents[2]
os.environ.setdefault("LECTERN_COMMAND", str(SOURCE / "build/release/bin/lectern"))
os.environ.setdefault("LECTERN_MODELS", str(SOURCE / "models"))

from browser import DESKTOP, PHONE, QUESTION, Browser, ask, example_library, expect, settled  # noqa: E402
from served import Server  # noqa: E402


CHINESE_QUESTION = "泡红茶用多少度的水？"


def shoot(page, folder, name):
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(300)
    page.screenshot(path=folder / f"{name}.png", animations="disabled", caret="hide")
    print(f"{name}.png")


def views(page, folder, name, question=QUESTION, mark=".pdf-page .mark"):
    """The same way in each look."""
    phone = page.viewport_size == PHONE
    expect(page.locator(".suggestion").first).to_be_visible()
    shoot(page, folder, f"beginning-{name}")
    ask(page, question)
    settled(page)
    shoot(page, folder, f"answer-{name}")
    page.locator("button.chip").first.click()
    expect(page.locator(mark).first).to_be_visible()
    shoot(page, folder, f"source-{name}")
    page.keyboard.press("Escape")
    page.evaluate("location.hash = '#/files'")
    expect(page.locator(".files tbody tr").first).to_be_visible()
    shoot(page, folder, f"files-{name}")
    if phone:
        page.get_by_role("button", name=re.compile("Menu|菜单")).click()
        shoot(page, folder, f"menu-{name}")
    page.get_by_role("button", name=re.compile("Settings|设置")).click()
    shoot(page, folder, f"settings-{name}")
    page.get_by_text(re.compile("More models|更多模型")).click()
    expect(page.locator(".catalogue li").first).to_be_visible()
    page.locator(".catalogue").scroll_into_view_if_needed()
    shoot(page, folder, f"models-{name}")


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else SOURCE / "docs/images").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    server, browser = Server(), Browser()
    try:
        page = browser.open(server.address)
        expect(page.get_by_role("heading", name="Put your files on the lectern")).to_be_visible()
        shoot(page, folder, "first-visit-desktop-light")
        server.command("index", str(example_library(server.home)), "--json")
        for device, size in (("desktop", DESKTOP), ("phone", PHONE)):
            for scheme in ("light", "dark"):
                views(browser.open(server.address, viewport=size, color_scheme=scheme), folder, f"{device}-{scheme}")
            views(browser.open(server.address, viewport=size, locale="zh-CN"), folder, f"{device}-chinese", CHINESE_QUESTION, "mark")
    finally:
        browser.close()
        server.close()


if __name__ == "__main__":
    main()
