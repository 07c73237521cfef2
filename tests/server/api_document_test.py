"""docs/api.md and /openapi.json tell what is so."""

import json
import pathlib
import re
import subprocess
import unittest

from library_api_test import documents
from served import ServerTest

SOURCE = pathlib.Path(__file__).parents[2]
DOCUMENT = (SOURCE / "docs/api.md").read_text(encoding="utf-8")
LINES = [line for block in re.findall(r"```sh\n(.*?)```", DOCUMENT, re.S) for line in block.splitlines()]
HERE = "http://127.0.0.1:8080"


def method_of(line):
    named = re.search(r" -X (\w+) ", line)
    return named[1].lower() if named else "post" if " -d " in line or " --data-binary " in line else "get"


class ApiDocumentTest(ServerTest):
    ENVIRONMENT = {"LECTERN_HUB": "http://127.0.0.1:1"}  # where nobody answers

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        models = pathlib.Path(cls.server.home) / "data/lectern/models"
        models.mkdir(parents=True)
        (models / "smollm2-360m-instruct-q8_0.gguf").write_bytes(b"to be deleted")
        cls.server.command("index", documents(cls.server), "--json")
        cls.description = cls.server.ask("GET", "/openapi.json").json()

    def test_each_line_runs(self):
        for folder in ("papers", "notes"):
            (pathlib.Path(self.server.home) / folder).mkdir()
        chat = ""
        for line in LINES:
            with self.subTest(line):
                self.assertTrue(line.startswith("curl "))
                command = line.replace(HERE, self.server.address).replace("/home/me", self.server.home).replace("/CHAT", "/" + chat)
                run = subprocess.run(command.replace("curl ", "curl -sS --fail-with-body ", 1), shell=True, capture_output=True, text=True, check=False)
                self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
                if '"stream": true' in line:
                    self.assertTrue(run.stdout.endswith("data: [DONE]\n\n"))
                elif not re.search(r"/metrics|/markdown|/content", line):
                    answer = json.loads(run.stdout)
                    self.assertNotIn("error", answer)
                    chat = answer["id"] if answer.get("object") == "chat" else chat

    def test_each_route_has_a_line(self):
        for path, methods in self.description["paths"].items():
            pattern = re.escape(HERE) + re.sub(r"\\{\w+\\}", "[^/ ?]+", re.escape(path)) + r"([?\" ]|$)"
            for method in ("get", "post", "put", "delete"):
                lines = [line for line in LINES if re.search(pattern, line) and method_of(line) == method]
                self.assertEqual(bool(lines), method in methods, f"{method} {path}")

    def test_each_described_route_is_there(self):
        for path, methods in self.description["paths"].items():
            filled = re.sub(r"{\w+}", "none", path)
            answer = self.server.ask("PATCH", filled)
            self.assertEqual(answer.status, 405)
            self.assertEqual(answer.headers["allow"].lower().split(", "), 
                             [m for name in methods if name != "parameters" for m in (["get", "head"] if name == "get" else [name])])

    def test_the_dashboard_shows_each_figure_and_no_other(self):
        board = json.loads((SOURCE / "docs/grafana-dashboard.json").read_text(encoding="utf-8"))
        queries = " ".join(target["expr"] for panel in board["panels"] for target in panel["targets"])
        told = self.server.ask("GET", "/metrics").body.decode()
        self.assertEqual({re.sub("_(bucket|sum|count)$", "", name) for name in re.findall(r"lectern_\w+", queries)},
                         set(re.findall(r"^# TYPE (lectern_\w+) ", told, re.M)))

    def test_each_described_field_is_known(self):
        """And one that is not described is not."""
        schemas = self.description["components"]["schemas"]
        for path, name, body in (
                ("chat/completions", "ChatRequest", {"messages": [{"role": "user", "content": "x"}], "library": "x"}),
                ("completions", "CompletionRequest", {"prompt": "x"}),
                ("embeddings", "EmbeddingRequest", {"input": "x"})):
            for field in [*schemas[name]["properties"], "undescribed"]:
                error = self.server.ask("POST", "/v1/" + path, {"model": "x"} | body | {field: {"odd": 1}}).error()
                unknown = error["code"] == "unsupported_parameter" and "No more than" not in error["message"]
                self.assertEqual(unknown, field == "undescribed", error)


if __name__ == "__main__":
    unittest.main()
