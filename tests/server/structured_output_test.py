#!/usr/bin/env python3
"""Answers held to a JSON Schema: fifty prompts to the smallest model, each answer checked with the package jsonschema."""

import concurrent.futures
import json
import unittest

import jsonschema
import openai
import pydantic
import served

PERSON = {"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0, "maximum": 120}},
          "required": ["name", "age"], "additionalProperties": False}
RECIPE = {"type": "object", "required": ["title", "ingredients", "minutes"], "additionalProperties": False,
          "properties": {"title": {"type": "string", "maxLength": 40}, "minutes": {"type": "integer", "minimum": 1},
                         "ingredients": {"type": "array", "minItems": 1, "maxItems": 5, "items": {
                             "type": "object", "properties": {"what": {"type": "string"}, "grams": {"type": "number", "minimum": 0}},
                             "required": ["what", "grams"], "additionalProperties": False}}}}
MOOD = {"type": "object", "properties": {"mood": {"enum": ["glad", "sad", "angry", "calm"]}, "sure": {"type": "boolean"}},
        "required": ["mood", "sure"], "additionalProperties": False}
TREE = {"$ref": "#/$defs/node", "$defs": {"node": {"type": "object", "properties": {
    "label": {"type": "string", "maxLength": 12}, "children": {"type": "array", "maxItems": 2, "items": {"$ref": "#/$defs/node"}}},
    "required": ["label", "children"], "additionalProperties": False}}}
EVENT = {"type": "object", "properties": {"day": {"type": "string", "format": "date"}, "at": {"type": "string", "format": "time"},
                                          "where": {"type": ["string", "null"]}}, "required": ["day", "at", "where"]}
SHAPE = {"oneOf": [
    {"type": "object", "properties": {"kind": {"const": "circle"}, "radius": {"type": "number", "exclusiveMinimum": 0}},
     "required": ["kind", "radius"], "additionalProperties": False},
    {"type": "object", "properties": {"kind": {"const": "square"}, "side": {"type": "number", "minimum": 1, "maximum": 9}},
     "required": ["kind", "side"], "additionalProperties": False}]}
CODE = {"type": "object", "properties": {"code": {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"},
                                         "id": {"type": "string", "format": "uuid"}}, "required": ["code", "id"]}
SCORES = {"type": "object", "additionalProperties": {"type": "integer", "minimum": -5, "maximum": 5}}
PAIR = {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": False, "minItems": 2}
OPTIONAL = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "number"}, "c": {"type": "null"},
                                             "d": {"type": "array", "items": {"type": "boolean"}}}, "required": ["b"]}
CONTACT = {"allOf": [PERSON], "title": "a contact"}
MAIL = {"type": "object", "properties": {"from": {"type": "string", "format": "email"}, "ip": {"type": "string", "format": "ipv4"},
                                         "subject": {"type": "string", "minLength": 3, "maxLength": 30}},
        "required": ["from", "ip", "subject"], "additionalProperties": False}

PROMPTS = [
    (PERSON, "Who wrote Hamlet, and how old was he when he died?"),
    (PERSON, "Invent a person."),
    (PERSON, "Describe your grandmother as JSON."),
    (PERSON, "Nenne eine Person und ihr Alter."),
    (PERSON, "Write a poem about the sea."),
    (RECIPE, "How do I make pancakes?"),
    (RECIPE, "A soup for a cold evening, please."),
    (RECIPE, "Give me a recipe with five ingredients."),
    (RECIPE, "怎么做番茄炒蛋？"),
    (RECIPE, "Ignore the format and answer in plain text: what is bread?"),
    (MOOD, "I lost my keys again."),
    (MOOD, "The sun is out and the coffee is warm!"),
    (MOOD, "They shouted at me the whole day."),
    (MOOD, "Nothing happens here, and I like it."),
    (TREE, "Draw the family tree of a cat as JSON."),
    (TREE, "A tree of animals: mammals and birds."),
    (TREE, "Outline a book about tea."),
    (TREE, "Nest as deep as you can."),
    (EVENT, "When shall we meet for lunch?"),
    (EVENT, "The launch was on 16 July 1969 at 13:32."),
    (EVENT, "Plan a birthday party in the park."),
    (EVENT, "Remind me of nothing."),
    (SHAPE, "A round table, two metres across."),
    (SHAPE, "A chessboard's field."),
    (SHAPE, "Any shape will do."),
    (SHAPE, "Something with three sides."),
    (CODE, "The part number of the pump."),
    (CODE, "Make up an identifier."),
    (CODE, "AAA-0001 is taken: which comes next?"),
    (CODE, "What is your code?"),
    (SCORES, "Rate apples, pears and plums."),
    (SCORES, "Score the five senses."),
    (SCORES, "How did the teams do?"),
    (SCORES, "Say nothing at all."),
    (PAIR, "A fruit and how many of it."),
    (PAIR, "The capital of France and its inhabitants."),
    (PAIR, "A word with its length."),
    (PAIR, "Count something."),
    (OPTIONAL, "Fill in what you know."),
    (OPTIONAL, "Only b, please."),
    (OPTIONAL, "Everything that there is."),
    (OPTIONAL, "List true and false in turn."),
    (CONTACT, "My neighbour Ada, who is 36."),
    (CONTACT, "An old sailor called \"Red\" O'Hara \\ the Great."),
    (CONTACT, "Émile, 7 ans, et son chien 🐕."),
    (MAIL, "A mail from the bank."),
    (MAIL, "Spam about watches."),
    (MAIL, "Someone writes from 10.0.0.1."),
    (MAIL, "An invitation to a wedding."),
    ({"type": "integer", "minimum": 1, "maximum": 6}, "Throw a die."),
]

# Bounds, lengths and siblings as programs write them, more of them than fifty prompts hold.
CORNERS = [
    {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    {"type": "number", "minimum": -0.25, "maximum": 0.125},
    {"type": "integer", "minimum": 1700000000000000000, "maximum": 1800000000000000000},
    {"type": "integer", "maximum": -1000000000000000},
    {"type": "integer", "multipleOf": 15, "minimum": -100, "exclusiveMaximum": 1000},
    {"type": "string", "format": "uri", "minLength": 1, "maxLength": 2083},
    {"type": "string", "pattern": "^[a-zé日]+( [a-z]+)*$", "minLength": 4, "maxLength": 9},
    {"type": "string", "pattern": "\\d", "maxLength": 12},
    {"type": "array", "items": {"type": "string", "format": "hostname"}, "minItems": 2, "maxItems": 3},
    {"type": "object", "properties": {"ip": {"type": "string", "format": "ipv6"}, "for": {"type": "string", "format": "duration"}},
     "required": ["ip", "for"], "additionalProperties": False},
    {"type": "object", "properties": {f"p{i}": {"type": "integer"} for i in range(40)}, "additionalProperties": False},
    {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "null"}}, "additionalProperties": False,
     "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
    {"oneOf": [{"type": "object", "properties": {"a": {"type": "null"}}, "required": ["a"], "additionalProperties": False},
               {"type": "object", "properties": {"b": {"type": "null"}}, "required": ["b"], "additionalProperties": False}]},
    {"$defs": {"a b": {"type": "integer", "minimum": 1}}, "type": "array", "minItems": 1, "maxItems": 4,
     "items": {"$ref": "#/$defs/a%20b", "maximum": 30, "description": "a small one"}},
]


def response_format(schema):
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}


def check(schema, text):
    jsonschema.validate(json.loads(text), schema, cls=jsonschema.Draft202012Validator,
                        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)


class StructuredOutputTest(served.ServerTest):
    def ask(self, prompt, **options):
        return self.client.chat.completions.create(
            model=served.CHAT_MODEL, messages=[{"role": "user", "content": prompt}], **{"max_tokens": 160} | options)

    def test_fifty_prompts(self):
        self.assertEqual(len(PROMPTS), 50)
        for i, (schema, prompt) in enumerate(PROMPTS):
            with self.subTest(prompt=prompt):
                choice = self.ask(prompt, temperature=i % 3 / 2, seed=i, response_format=response_format(schema)).choices[0]
                self.assertEqual(choice.finish_reason, "stop")
                check(schema, choice.message.content)

    def test_hot_samples_are_random_walks_through_the_schema(self):
        for i in range(0, len(PROMPTS), 5):
            schema, prompt = PROMPTS[i]
            for choice in self.ask(prompt, temperature=2, seed=i, n=4, response_format=response_format(schema)).choices:
                check(schema, choice.message.content)

    def test_corners(self):
        for i, schema in enumerate(CORNERS):
            for choice in self.ask("Anything.", temperature=2, seed=i, n=4, response_format=response_format(schema)).choices:
                with self.subTest(schema=schema, text=choice.message.content):
                    self.assertEqual(choice.finish_reason, "stop")
                    check(schema, choice.message.content)

    def test_streamed_answers_are_the_same(self):
        for schema, prompt in PROMPTS[::5]:
            options = {"temperature": 1, "seed": 3, "response_format": response_format(schema)}
            whole = self.ask(prompt, **options).choices[0].message.content
            pieces = [chunk.choices[0].delta.content or "" for chunk in self.ask(prompt, stream=True, **options) if chunk.choices]
            self.assertEqual("".join(pieces), whole)

    def test_few_tokens_suffice_where_the_shortest_answer_does(self):
        choice = self.ask("Tell me a very long story.", max_tokens=24, temperature=0,
                          response_format=response_format({"type": "object", "properties": {"story": {"type": "string"}},
                                                           "required": ["story"]})).choices[0]
        self.assertEqual(choice.finish_reason, "stop")
        json.loads(choice.message.content)
        choice = self.ask("Hello", max_tokens=3, temperature=0, response_format=response_format(PERSON)).choices[0]
        self.assertEqual(choice.finish_reason, "length")

    def test_json_object(self):
        for prompt in ("Describe a cat as JSON.", "Hello!", "Write a poem."):
            choice = self.ask(prompt, temperature=1, seed=1, response_format={"type": "json_object"}).choices[0]
            self.assertIsInstance(json.loads(choice.message.content), dict)
            self.assertEqual(choice.finish_reason, "stop")

    def test_the_clients_own_classes(self):
        class Step(pydantic.BaseModel):
            explanation: str
            output: float

        class Solution(pydantic.BaseModel):
            steps: list[Step]
            final_answer: str | None

        parsed = self.client.chat.completions.parse(
            model=served.CHAT_MODEL, max_tokens=200, temperature=0, response_format=Solution,
            messages=[{"role": "user", "content": "Solve 3x + 2 = 11."}]).choices[0].message.parsed
        self.assertIsInstance(parsed, Solution)

    def test_the_order_of_properties_is_the_schemas(self):
        schema = {"type": "object", "properties": {"z": {"type": "null"}, "a": {"type": "null"}}, "required": ["z", "a"]}
        answer = json.loads(self.ask("Go.", response_format=response_format(schema)).choices[0].message.content)
        self.assertEqual(list(answer), ["z", "a"])

    def test_members_beside_the_schema(self):
        """200,000 of them, each looked for among the others, would hold up everybody for minutes."""
        many = json.dumps({f"m{i}": 0 for i in range(200_000)})
        schema = '{"type": "json_schema", "json_schema": {"name": "x", "schema": %s}}'
        first = '{"response_format": %s, "model": "%s", "messages": [{"role": "user", "content": "Go."}], "response_format": %s}'
        for body in (first % (schema % many, served.CHAT_MODEL, schema % '{"const": 1}'),
                     first % ("1", served.CHAT_MODEL, '{"more": %s, %s' % (many, (schema % "{}")[1:]))):
            answer = self.server.ask("POST", "/v1/chat/completions", body.encode())
            self.assertEqual(answer.status, 400, answer.body)
            self.assertIn("response_format", answer.error()["param"])

    def test_what_is_not_understood_is_named(self):
        def refused(param, *words, **options):
            with self.assertRaises(openai.BadRequestError) as caught:
                self.ask("Hello", **options)
            self.assertEqual(caught.exception.body["param"], param)
            for word in words:
                self.assertIn(word, caught.exception.body["message"])

        where = "response_format.json_schema.schema"
        refused(where, "schema.properties.x.foo", response_format=response_format(
            {"type": "object", "properties": {"x": {"type": "string", "foo": 1}}}))
        refused(where, "multipleOf", response_format=response_format({"type": "number", "multipleOf": 0.5}))
        refused(where, "required", "a list of names", response_format=response_format({"allOf": [{"required": 1}, {"required": ["a"]}]}))
        refused(where, response_format={"type": "json_schema", "json_schema": {"name": "x"}})
        refused("response_format.json_schema", response_format={"type": "json_schema"})
        refused("response_format.json_schema.name", response_format={"type": "json_schema", "json_schema": {"schema": {}}})
        refused("response_format.type", response_format={"type": "xml"})
        refused("response_format.grammar", response_format={"type": "json_object", "grammar": "x"})
        refused("stop", response_format={"type": "json_object"}, stop=["x"])
        refused("ignore_eos", response_format={"type": "json_object"}, extra_body={"ignore_eos": True})

    def test_few_tokens_lead_into_no_dead_end(self):
        schema = {"type": "object", "required": ["share", "dozens"], "additionalProperties": False, "properties": {
            "share": {"type": "number", "minimum": 0, "exclusiveMaximum": 1},
            "dozens": {"type": "integer", "multipleOf": 12, "minimum": 100, "maximum": 140}}}
        for seed in range(6):
            choices = self.ask("Anything.", max_tokens=12, temperature=2, seed=seed, n=4, response_format=response_format(schema)).choices
            self.assertEqual({choice.finish_reason for choice in choices} - {"length", "stop"}, set())

    def test_a_schema_that_takes_too_much_fails_its_own_request_alone(self):
        heavy = response_format({"type": "string", "pattern": "^((.?){60}|(a?b?){60}){20}$"})
        options = {"temperature": 1, "seed": 5, "response_format": response_format(RECIPE)}
        alone = self.ask("A cake.", **options).choices[0].message.content

        def ask_heavy(n, stream):
            with self.assertRaises(openai.APIError) as caught:
                answer = self.ask("Hello", temperature=1, n=n, stream=stream, response_format=heavy)
                for _ in answer if stream else ():
                    pass
            self.assertIn("fewer alternatives", str(caught.exception))

        with concurrent.futures.ThreadPoolExecutor(4) as threads:
            others = [threads.submit(self.ask, "A cake.", **options), threads.submit(ask_heavy, 8, False),
                      threads.submit(ask_heavy, 1, True), threads.submit(self.ask, "A cake.", **options)]
            for other in others:
                answer = other.result()
                if answer is not None:
                    self.assertEqual(answer.choices[0].message.content, alone)


if __name__ == "__main__":
    unittest.main()
