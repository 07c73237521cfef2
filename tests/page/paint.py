#!/usr/bin/env python3
"""Measures when the page is first painted, on loopback: paint.py [VISITS]. Each visit is a first one, with an empty cache.

Prints the milliseconds from the request to the first paint and to the words of the page, as the browser tells them.
"""

import os
import pathlib
import statistics
import sys

SOURCE = pathlib.Path(__file__).parents[2]
os.environ.setdefault("LECTERN_COMMAND", str(SOURCE / "build/release/bin/lectern"))
os.environ.setdefault("LECTERN_MODELS", str(SOURCE / "models"))

from browser import Browser, expect  # noqa: E402
from served import Server  # noqa: E402

PAINTS = """() => Object.fromEntries(performance.getEntriesByType('paint').map(paint => [paint.name, paint.startTime]))"""
SIZES = """() => performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))
             .filter(one => !one.name.includes('/v1/')).reduce((sum, one) => sum + one.encodedBodySize, 0)"""


def main():
    visits = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    server, browser = Server(), Browser()
    try:
        first, content = [], []
        for _ in range(visits + 1):
            page = browser.open(server.address)
            expect(page.get_by_role("heading", name="Put your files on the lectern")).to_be_visible()
            paints, size = page.evaluate(PAINTS), page.evaluate(SIZES)
            first.append(paints["first-paint"])
            content.append(paints["first-contentful-paint"])
            page.context.close()
        for name, times in (("first paint", first[1:]), ("first contentful paint", content[1:])):  # the first starts the browser up
            print(f"{name}: median {statistics.median(times):.0f} ms, slowest {max(times):.0f} ms of {visits}")
        print(f"fetched for it: {size / 1000:.0f} KB")
    finally:
        browser.close()
        server.close()


if __name__ == "__main__":
    main()
