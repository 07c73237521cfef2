"""A browser that looks at a real `lectern serve`."""

import os
import pathlib
import re
import shutil
import socket
import sys
import threading
import time

from playwright.sync_api import expect, sync_playwright

SOURCE = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(SOURCE / "tests/server"))

from served import ServerTest  # noqa: E402

PATIENCE_MS = 120_000  # a busy machine
expect.set_options(timeout=PATIENCE_MS)

QUESTION = "How often should the chain of a bicycle be cleaned?"
PHRASE = "every 200 kilometres"  # of the answer to it
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 380, "height": 800}


def example_library(home, *names):
    """A copy of the examples, or of some, that a test may change."""
    folder = pathlib.Path(home) / "Documents"
    folder.mkdir(exist_ok=True)
    for file in sorted((SOURCE / "examples/library").iterdir()):
        if not names or file.name in names:
            shutil.copy(file, folder)
    return folder


class Browser:
    """Debian's Chromium, without a window."""

    def __init__(self):
        self.playwright = sync_playwright().start()
        self.chromium = self.playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"] if os.geteuid() == 0 else [])

    def close(self):
        self.chromium.close()
        self.playwright.stop()

    def open(self, address, **options):
        """A page of a visitor who was never here."""
        options = {"viewport": DESKTOP, "locale": "en-GB", "reduced_motion": "reduce"} | options
        page = self.chromium.new_context(**options).new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.complaints = []  # of the page's own scripts and of its policy
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))
        page.goto(address)
        return page


class PageTest(ServerTest):
    """One browser and one server for all tests of a class."""

    FILES = ("bicycle-handbook.pdf", "houseplants.html", "tea-catalogue.xml", "泡茶指南.txt")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = example_library(cls.server.home, *cls.FILES)
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def open(self, path="/", **options):
        page = self.browser.open(self.server.address + path, **options)
        self.addCleanup(page.context.close)
        return page

    def read_documents(self):
        """Puts the files into the library without the page."""
        self.server.command("index", str(self.folder), "--json")


def tab_to(page, target, key="Tab"):
    """Goes to it as somebody does who has no mouse."""
    for _ in range(100):
        page.keyboard.press(key)
        if target.count() == 1 and target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"the keyboard does not get to {target}")


def drop(page, *paths):
    """Drops files and folders of this machine on the page, as a hand does."""
    drag(page, 200, 300, {"items": [], "files": [str(path) for path in paths]})


def drop_text(page, text, target):
    """Drops words that were selected somewhere."""
    box = target.bounding_box()
    drag(page, box["x"] + 20, box["y"] + box["height"] / 2, {"items": [{"mimeType": "text/plain", "data": text}]})


def drag(page, x, y, data):
    wire = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        wire.send("Input.dispatchDragEvent", {"type": kind, "x": x, "y": y, "data": data | {"dragOperationsMask": 1}})


def ask(page, question):
    field = page.get_by_label(re.compile("^(Ask a question|提问)$")).first
    field.fill(question)
    field.press("Enter")


def settled(page, answers=1):
    """The last of so many answers, when it is written."""
    expect(page.locator(".answer")).to_have_count(answers)
    answer = page.locator(".answer").last
    expect(answer).to_have_attribute("aria-busy", "false")
    return answer


def begun(page):
    """The last answer's first words are there."""
    expect(page.locator(".answer").last.locator(".prose:not(:has(.waiting-line))")).to_contain_text(re.compile(r"\w"))


class Wire:
    """Stands between browser and server, and can be slow and be cut."""

    def __init__(self, port, pause=0):
        self.target = ("127.0.0.1", port)
        self.pause = pause  # seconds after each piece from the server
        self.connections = []
        self.listener = None
        self.mend(0)
        self.address = f"http://127.0.0.1:{self.port}"

    def mend(self, port=None):
        self.listener = socket.create_server(("127.0.0.1", self.port if port is None else port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def accept(self, listener):
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            far = socket.create_connection(self.target)
            self.connections += [near, far]
            for one, other, pause in ((near, far, 0), (far, near, self.pause)):
                threading.Thread(target=self.copy, args=(one, other, pause), daemon=True).start()

    @staticmethod
    def copy(one, other, pause):
        try:
            while data := one.recv(1 << 12):
                other.sendall(data)
                time.sleep(pause)
        except OSError:
            pass
        for end in (one, other):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        if self.listener.fileno() >= 0:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
        for connection in self.connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            connection.close()
        self.connections = []
