"""schemathesis holds the server to /openapi.json: what fits the description is taken, what does not is refused, and every answer has
the status, type and shape that it says. `schemathesis_test.py SECONDS` looks for longer than the suite has time for."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

from library_api_test import documents
from served import CHAT_MODEL, EMBEDDING_MODEL, ServerTest

PROGRAM = pathlib.Path(sys.executable).parent / "st"
SECONDS = int(sys.argv.pop()) if len(sys.argv) > 1 and sys.argv[-1].isdigit() else 25  # of each run
# Whatever is drawn has to be so each time, but in a long search.
SEED = ["--seed", "1"] if SECONDS <= 60 else []

# A page and what its text is may be anything, but an end before its beginning is refused.
OF_WHAT_IS_THERE = """
[[operations]]
include-path-regex = "/files/boxes$"
checks.positive_data_acceptance.enabled = false
"""
SCHEMAS = [True, {"type": "boolean"}, {"type": "object", "properties": {"a": {"enum": [1, "b", None]}}, "required": ["a"]}]


class SchemathesisTest(ServerTest):
    ENVIRONMENT = {"LECTERN_HUB": "http://127.0.0.1:1"}  # where nobody answers: no model is fetched

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = documents(cls.server)
        cls.server.command("index", cls.folder, "--json")
        cls.description = cls.server.ask("GET", "/openapi.json").json()

    def run_with(self, description, *options, configuration=""):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "openapi.json"
            file.write_text(json.dumps(description), encoding="utf-8")
            (pathlib.Path(folder) / "schemathesis.toml").write_text(configuration, encoding="utf-8")
            run = subprocess.run(
                [PROGRAM, "run", file, "--url", self.server.address, "--no-color", "--max-time", str(SECONDS), "--workers", "1", *SEED,
                 "--suppress-health-check", "all", "--generation-database", "none", "--warnings", "off", "--continue-on-failure", *options],
                cwd=folder, env=self.server.environment, capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertRegex(run.stdout, r"\d+ generated")
        self.assertEqual(self.server.ask("GET", "/health").status, 200, "it still answers")
        self.assertNotIn("unexpected failure", self.server.log())

    def test_as_anybody_runs_it(self):
        """Every route, phase and check, as schemathesis chooses them. Names are nobody's but by chance."""
        self.run_with(self.description)

    def test_of_what_is_there(self):
        """Names are those of models, documents and chats that there are, and answers are short. Nothing is deleted, and no folder added:
        whatever is drawn is of this machine, and would be read."""
        self.server.command("index", self.folder, "--json")  # again: the other test may have found and deleted it
        chat = self.server.ask("POST", "/v1/chats", {"messages": [{"role": "user", "content": "How hot?"}]}).json()["id"]
        description = json.loads(json.dumps(self.description))
        parameters, schemas = description["components"]["parameters"], description["components"]["schemas"]
        files = [document["file"] for document in self.server.ask("GET", "/v1/libraries/default").json()["documents"]]
        for name, values in (("library", ["default"]), ("chat", [chat]), ("file", files)):
            parameters[name]["schema"] = {"enum": values}
        for name, model in (("ChatRequest", CHAT_MODEL), ("CompletionRequest", CHAT_MODEL), ("EmbeddingRequest", EMBEDDING_MODEL)):
            request = schemas[name]
            request["properties"]["model"] = {"const": model}
            if "max_tokens" in request["properties"]:
                request["properties"] |= {"max_tokens": {"const": 2}, "n": {"enum": [1, 2]}}
                request["required"] = [*request["required"], "max_tokens"]
            for field in ("library", "passages", "max_completion_tokens"):
                request["properties"].pop(field, None)
        # What depends on the model: its vocabulary and size, and which schemas an answer can be held to.
        schemas["Tokens"]["items"]["maximum"] = 30_000
        for name in ("ChatRequest", "CompletionRequest"):
            schemas[name]["properties"]["logit_bias"]["propertyNames"] = {"pattern": "^[1-9][0-9]{0,3}$"}
        schemas["EmbeddingRequest"]["properties"]["dimensions"] = {"enum": [384, None]}
        held = schemas["ChatRequest"]["properties"]["response_format"]["oneOf"][2]
        held["properties"]["json_schema"]["properties"]["schema"] = {"enum": SCHEMAS}
        self.run_with(description, "--phases", "coverage,fuzzing", "--mode", "positive", "--exclude-method", "DELETE",
                      "--exclude-path-regex", "/folders$", configuration=OF_WHAT_IS_THERE)


if __name__ == "__main__":
    unittest.main()
