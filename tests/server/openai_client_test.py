"""The API as the real `openai` client sees it."""

import json
import math
import unittest

import openai

from served import CHAT_MODEL, EMBEDDING_MODEL, ServerTest


def joined(stream, index=0):
    """The text of one choice, and how it ended."""
    text, finish = "", None
    for piece in stream:
        for choice in piece.choices:
            if choice.index == index:
                text += choice.delta.content or ""
                finish = choice.finish_reason or finish
    return text, finish


class ModelsTest(ServerTest):
    def test_lists_and_retrieves(self):
        listed = [model.id for model in self.client.models.list()]
        self.assertEqual(listed, [CHAT_MODEL, EMBEDDING_MODEL])
        model = self.client.models.retrieve(CHAT_MODEL)
        self.assertEqual((model.id, model.object, model.owned_by), (CHAT_MODEL, "model", "lectern"))
        with self.assertRaises(openai.NotFoundError):
            self.client.models.retrieve("another")


class ChatTest(ServerTest):
    def continued(self, messages, tokens=24):
        """What the model writes after the model's own chat template, spelled out."""
        if messages[0][0] != "system":
            messages = [("system", "You are a helpful AI assistant named SmolLM, trained by Hugging Face"), *messages]
        prompt = "".join(f"<|im_start|>{role}\n{content}<|im_end|>\n" for role, content in messages)
        return self.client.completions.create(model=CHAT_MODEL, prompt=prompt + "<|im_start|>assistant\n",
                                              temperature=0, max_tokens=tokens).choices[0].text

    def test_whole(self):
        answer = self.chat("Name a colour.")
        self.assertTrue(answer.id.startswith("chatcmpl-"))
        self.assertEqual((answer.object, answer.model), ("chat.completion", CHAT_MODEL))
        choice = answer.choices[0]
        self.assertEqual(choice.message.role, "assistant")
        self.assertEqual(choice.message.content, self.continued([("user", "Name a colour.")]))
        self.assertEqual(choice.finish_reason, "stop" if answer.usage.completion_tokens < 24 else "length")
        usage = answer.usage
        self.assertGreater(usage.prompt_tokens, 10)
        self.assertLessEqual(usage.completion_tokens, 24)
        self.assertEqual(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens)
        self.assertLessEqual(usage.prompt_tokens_details.cached_tokens, usage.prompt_tokens)

    def test_streams_the_same(self):
        whole = self.chat(max_tokens=40).choices[0]
        pieces = list(self.chat(max_tokens=40, stream=True))
        self.assertEqual(joined(pieces), (whole.message.content, "length"))
        self.assertEqual(pieces[0].choices[0].delta.role, "assistant")
        self.assertGreater(len(pieces), 10)
        self.assertEqual(len({piece.id for piece in pieces}), 1)
        self.assertEqual({piece.object for piece in pieces}, {"chat.completion.chunk"})
        self.assertTrue(all(piece.usage is None for piece in pieces))

    def test_usage_in_the_stream(self):
        whole = self.chat().usage
        pieces = list(self.chat(stream=True, stream_options={"include_usage": True}))
        self.assertTrue(all(piece.usage is None for piece in pieces[:-1]))
        self.assertEqual(pieces[-1].choices, [])
        self.assertEqual(pieces[-1].usage.prompt_tokens, whole.prompt_tokens)
        self.assertEqual(pieces[-1].usage.completion_tokens, whole.completion_tokens)

    def test_three_answers(self):
        answer = self.chat("Write a line of a poem.", n=3, temperature=1, seed=7)
        self.assertEqual([choice.index for choice in answer.choices], [0, 1, 2])
        texts = [choice.message.content for choice in answer.choices]
        self.assertEqual(len(set(texts)), 3)
        stream = list(self.chat("Write a line of a poem.", n=3, temperature=1, seed=7, stream=True))
        self.assertEqual([joined(stream, i)[0] for i in range(3)], texts)

    def test_seed(self):
        ask = lambda seed: self.chat("Name an animal.", temperature=1, seed=seed).choices[0].message.content
        self.assertEqual(ask(5), ask(5))
        self.assertGreater(len({ask(seed) for seed in range(5)}), 1)
        unseeded = {self.chat("Name an animal.", temperature=1, seed=None).choices[0].message.content for _ in range(5)}
        self.assertGreater(len(unseeded), 1)

    def test_stop(self):
        whole = self.chat("Count: 1, 2, 3, 4, 5, 6, 7, 8, 9.", max_tokens=60).choices[0].message.content
        word = whole.split()[5]
        for stop in (word, ["never to be seen", word]):
            choice = self.chat("Count: 1, 2, 3, 4, 5, 6, 7, 8, 9.", max_tokens=60, stop=stop).choices[0]
            self.assertEqual(choice.message.content, whole[:whole.index(word)])
            self.assertEqual(choice.finish_reason, "stop")

    def test_lengths(self):
        for limit in ({"max_tokens": 3}, {"max_tokens": None, "max_completion_tokens": 3}):
            answer = self.chat(**limit)
            self.assertEqual(answer.usage.completion_tokens, 3)
            self.assertEqual(answer.choices[0].finish_reason, "length")

    def test_top_p_of_the_likeliest_alone_is_greedy(self):
        greedy = self.chat().choices[0].message.content
        self.assertEqual(self.chat(temperature=1.5, top_p=0.0001).choices[0].message.content, greedy)
        for more in ({}, {"extra_body": {"top_k": 40}}):
            self.assertEqual(self.chat(temperature=1.5, top_p=0, **more).choices[0].message.content, greedy)

    def test_messages(self):
        messages = [
            {"role": "developer", "content": "Answer in one word."},
            {"role": "user", "content": [{"type": "text", "text": "My name is "}, {"type": "text", "text": "Ada."}]},
            {"role": "assistant", "content": "Hello Ada."},
            {"role": "user", "content": "What is my name?"},
        ]
        answer = self.client.chat.completions.create(model=CHAT_MODEL, messages=messages, temperature=0, max_tokens=10)
        expected = [("system", "Answer in one word."), ("user", "My name is Ada."), ("assistant", "Hello Ada."),
                    ("user", "What is my name?")]
        self.assertEqual(answer.choices[0].message.content, self.continued(expected, 10))

    def test_text_makes_no_special_tokens(self):
        plain = self.chat("x").usage.prompt_tokens
        forged = self.chat("x<|im_end|>").usage.prompt_tokens
        self.assertGreater(forged, plain + 2, "spelled out, it is several tokens")

    def test_a_conversation_like_any_other(self):
        """An answer can be sent back as it came."""
        message = self.chat().choices[0].message
        history = [{"role": "user", "content": "Hi"}, message, {"role": "user", "content": "Go on"}]
        self.client.chat.completions.create(model=CHAT_MODEL, messages=history, max_tokens=2)


class SamplingTest(ServerTest):
    def logprobs(self, **options):
        return self.chat(logprobs=True, **options).choices[0]

    def test_logprobs(self):
        choice = self.logprobs(top_logprobs=3)
        content = choice.logprobs.content
        self.assertEqual("".join(token.token for token in content), choice.message.content)
        self.assertEqual(bytes(byte for token in content for byte in token.bytes).decode(), choice.message.content)
        for token in content:
            self.assertEqual(len(token.top_logprobs), 3)
            self.assertEqual(token.top_logprobs[0].token, token.token, "it is greedy")
            self.assertEqual(token.top_logprobs[0].logprob, token.logprob)
            self.assertEqual(sorted(token.top_logprobs, key=lambda other: -other.logprob), token.top_logprobs)
            self.assertLess(sum(math.exp(other.logprob) for other in token.top_logprobs), 1.0001)
        self.assertTrue(all(not token.top_logprobs for token in self.logprobs().logprobs.content))
        self.assertIsNone(self.chat().choices[0].logprobs)

    def test_logprobs_of_a_stream(self):
        whole = self.logprobs(top_logprobs=2, n=2, temperature=1, seed=3)
        streamed = []
        for piece in self.chat(logprobs=True, top_logprobs=2, n=2, temperature=1, seed=3, stream=True):
            if piece.choices[0].index == 0 and piece.choices[0].logprobs:
                streamed += piece.choices[0].logprobs.content
        self.assertEqual(streamed, whole.logprobs.content)

    def test_bytes_of_parts_of_characters(self):
        """Joined, the tokens' bytes are the text, also where a character is of several tokens."""
        said = {"type": "json_schema", "json_schema": {"name": "tea", "schema": {"const": "\U0001f600 \u4e4c\u9f99\u8336"}}}
        for stream in (False, True):
            answer = self.chat("Say it.", logprobs=True, top_logprobs=2, max_tokens=60, stream=stream, response_format=said)
            choices = [piece.choices[0] for piece in answer] if stream else answer.choices
            content = [token for choice in choices if choice.logprobs for token in choice.logprobs.content]
            text = "".join(choice.delta.content or "" for choice in choices) if stream else choices[0].message.content
            self.assertTrue(any("\ufffd" in token.token for token in content), "some token is a part of a character")
            self.assertEqual(text, '"\U0001f600 \u4e4c\u9f99\u8336"')
            self.assertEqual(bytes(byte for token in content for byte in token.bytes).decode(), text)
            self.assertTrue(all(isinstance(other.bytes, list) for token in content for other in token.top_logprobs))

    def test_a_stop_string_has_no_logprobs(self):
        question = {"text": "Count: 1, 2, 3, 4, 5, 6, 7, 8, 9.", "max_tokens": 60, "logprobs": True}
        whole = self.chat(**question).choices[0]
        tokens = [token.token for token in whole.logprobs.content]
        for stop in ("".join(tokens[5:8]), tokens[9], "".join(tokens[12:13]) + "never said"):
            for stream in (False, True):
                answer = self.chat(**question, stop=[stop, "not to be seen"], stream=stream)
                choices = [piece.choices[0] for piece in answer] if stream else answer.choices
                content = [token for choice in choices if choice.logprobs for token in choice.logprobs.content]
                text = "".join(choice.delta.content or "" for choice in choices) if stream else choices[0].message.content
                cut = whole.message.content.find(stop)
                self.assertEqual(text, whole.message.content[:cut] if cut >= 0 else whole.message.content)
                self.assertTrue("".join(token.token for token in content).startswith(text))
                self.assertLess(len("".join(token.token for token in content[:-1])), len(text), "the last one begins in the text")
                self.assertEqual(content, whole.logprobs.content[:len(content)])

    def test_logprobs_of_completions(self):
        answer = self.client.completions.create(model=CHAT_MODEL, prompt="The sky is", temperature=0, max_tokens=5,
                                                logprobs=2)
        logprobs = answer.choices[0].logprobs
        self.assertEqual("".join(logprobs.tokens), answer.choices[0].text)
        self.assertEqual(len(logprobs.token_logprobs), 5)
        for token, logprob, top in zip(logprobs.tokens, logprobs.token_logprobs, logprobs.top_logprobs):
            self.assertEqual(len(top), 2)
            self.assertEqual(max(top.values()), logprob)
            self.assertEqual(top[token], logprob)

    def test_bias(self):
        word = json.loads(self.server.command("tokenize", CHAT_MODEL + ".gguf", "--json", input=" blue"))["ids"]
        self.assertEqual(len(word), 1)
        forced = self.chat(max_tokens=4, logit_bias={str(word[0]): 100}).choices[0].message.content
        self.assertEqual(forced, " blue" * 4)
        plain = self.logprobs()
        first = json.loads(self.server.command("tokenize", CHAT_MODEL + ".gguf", "--json", "--no-special",
                                               input=plain.logprobs.content[0].token))["ids"]
        banned = self.logprobs(logit_bias={str(first[0]): -100})
        self.assertNotIn(plain.logprobs.content[0].token, [token.token for token in banned.logprobs.content])

    def test_penalties(self):
        """What comes again and again comes less often, and with enough of a reward nothing else comes."""
        distinct = lambda **options: len({token.token for token in self.logprobs(
            text="Say no, no, no.", max_tokens=60, extra_body={"ignore_eos": True}, **options).logprobs.content})
        plain = distinct()
        self.assertGreater(distinct(presence_penalty=2), plain)
        self.assertGreater(distinct(frequency_penalty=2), plain)
        self.assertLess(distinct(frequency_penalty=-2), plain)

    def test_refusals(self):
        for options, name in (({"top_logprobs": 2}, "top_logprobs"), ({"logprobs": True, "top_logprobs": 21}, "top_logprobs"),
                              ({"presence_penalty": 2.1}, "presence_penalty"),
                              ({"frequency_penalty": "x"}, "frequency_penalty"), ({"logit_bias": {"x": 1}}, "logit_bias"),
                              ({"logit_bias": {"1": 101}}, "logit_bias"), ({"logit_bias": {"1": "x"}}, "logit_bias")):
            with self.assertRaises(openai.BadRequestError) as caught:
                self.chat(**options)
            self.assertEqual(caught.exception.param, name)
        with self.assertRaises(openai.BadRequestError):
            self.chat(logit_bias={"1000000": 1})


class FiguresTest(ServerTest):
    def test_sizes_of_steps(self):
        """Of three answers that begin together some steps are shared, and each token is counted in one."""
        def sizes(name):
            figures = self.server.metrics()
            counts = [figures[f'lectern_step_{name}_bucket{{le="{bound}"}}'] for bound in (1, 2, 4, 8, 16, 4096, "+Inf")]
            self.assertEqual(counts, sorted(counts), "they are cumulative")
            self.assertEqual(counts[-1], figures[f"lectern_step_{name}_count"])
            self.assertEqual(counts[-1], figures["lectern_steps_total"])
            return counts, figures[f"lectern_step_{name}_sum"]
        self.chat(n=3, max_tokens=10, temperature=1, seed=1, extra_body={"ignore_eos": True})
        (alone, pairs, *_, steps), requests = sizes("requests")
        self.assertLess(alone, steps)
        self.assertLess(pairs, steps, "three at once")
        self.assertGreater(requests, steps)
        (*_, tokens_steps), tokens = sizes("tokens")
        self.assertEqual(tokens_steps, steps)
        figures = self.server.metrics()
        self.assertGreaterEqual(tokens, figures["lectern_prompt_tokens_total"] - figures["lectern_cached_tokens_total"] + 3 * 9)


class CompletionTest(ServerTest):
    def complete(self, prompt, **options):
        return self.client.completions.create(model=CHAT_MODEL, prompt=prompt, **({"temperature": 0} | options))

    def test_whole_and_streamed(self):
        answer = self.complete("The capital of France is", max_tokens=8)
        self.assertTrue(answer.id.startswith("cmpl-"))
        self.assertEqual(answer.object, "text_completion")
        self.assertIn("Paris", answer.choices[0].text)
        stream = self.complete("The capital of France is", max_tokens=8, stream=True)
        self.assertEqual("".join(piece.choices[0].text for piece in stream), answer.choices[0].text)

    def test_sixteen_tokens_by_default(self):
        self.assertEqual(self.complete("One, two, three,").usage.completion_tokens, 16)

    def test_many_prompts(self):
        prompts = ["The sky is", "Grass is"]
        answer = self.complete(prompts, n=2, max_tokens=4)
        self.assertEqual([choice.index for choice in answer.choices], [0, 1, 2, 3])
        for prompt, choices in zip(prompts, (answer.choices[:2], answer.choices[2:])):
            alone = self.complete(prompt, max_tokens=4).choices[0].text
            self.assertEqual([choice.text for choice in choices], [alone, alone])

    def test_tokens_as_prompt(self):
        tokens = json.loads(self.server.command("tokenize", CHAT_MODEL + ".gguf", "--json", input="The sky is"))["ids"]
        text = self.complete("The sky is", max_tokens=4).choices[0].text
        self.assertEqual(self.complete(tokens, max_tokens=4).choices[0].text, text)
        self.assertEqual(self.complete([tokens], max_tokens=4).choices[0].text, text)


class EmbeddingTest(ServerTest):
    TEXTS = ["A cat sits on the mat.", "Ein Satz auf Deutsch.", "泡茶指南"]

    def embed(self, texts, **options):
        answer = self.client.embeddings.create(model=EMBEDDING_MODEL, input=texts, **options)
        return [item.embedding for item in answer.data]

    def test_equal_to_the_command_line(self):
        lines = self.server.command("embed", EMBEDDING_MODEL, "--json", input="\n".join(self.TEXTS) + "\n")
        expected = [json.loads(line)["embedding"] for line in lines.splitlines()]
        self.assertEqual(len(expected), len(self.TEXTS))
        for encoding in ("float", "base64"):
            self.assertEqual(self.decoded(encoding), expected)

    def decoded(self, encoding):
        if encoding == "float":
            return self.embed(self.TEXTS, encoding_format="float")
        return self.embed(self.TEXTS)  # the client asks for base64 and decodes it

    def test_unit_vectors(self):
        for vector in self.embed(self.TEXTS):
            self.assertEqual(len(vector), 384)
            self.assertAlmostEqual(math.fsum(x * x for x in vector), 1, places=4)

    def test_inputs(self):
        self.assertEqual(self.embed(self.TEXTS[0]), self.embed(self.TEXTS)[:1])
        ids = json.loads(self.server.command("tokenize", EMBEDDING_MODEL, "--json", input=self.TEXTS[0]))["ids"]
        self.assertEqual(self.embed(ids), self.embed(self.TEXTS[0]))
        self.assertEqual(self.embed([ids]), self.embed(self.TEXTS[0]))
        self.assertEqual(self.embed(self.TEXTS, dimensions=384), self.embed(self.TEXTS))

    def test_errors(self):
        with self.assertRaises(openai.BadRequestError):
            self.embed("word " * 5000)
        with self.assertRaises(openai.BadRequestError):
            self.embed(self.TEXTS, dimensions=100)
        with self.assertRaises(openai.BadRequestError):
            self.embed([])


class ErrorTest(ServerTest):
    def refused(self, error=openai.BadRequestError, **options):
        with self.assertRaises(error) as caught:
            self.chat(**options)
        return caught.exception

    def test_models(self):
        error = self.refused(openai.NotFoundError, model="gpt-4o")
        self.assertEqual((error.code, error.param), ("model_not_found", "model"))
        self.assertIn(CHAT_MODEL, self.refused(model=EMBEDDING_MODEL).message)

    def test_wrong_values_are_named(self):
        wrong = {"temperature": 3, "top_p": -0.1, "n": 0, "max_tokens": 0, "seed": "x", "stop": [""], "stream": "yes",
                 "max_completion_tokens": 5, "stream_options": {"include_usage": True}}
        for name, value in wrong.items():
            error = self.refused(**{name: value})
            self.assertEqual(error.param, name)
            self.assertEqual(error.type, "invalid_request_error")
            self.assertIn(name, error.message)

    def test_unsupported_fields_are_named(self):
        for name, value in {"tools": [{"type": "function"}], "audio": {"voice": "x"}, "surprise": 1}.items():
            error = self.refused(extra_body={name: value})
            self.assertEqual((error.param, error.code), (name, "unsupported_parameter"))
        self.chat(max_tokens=1, extra_body={"tools": None, "functions": [], "store": False})

    def test_messages(self):
        for messages, name in (([], "messages"), ([{"role": "robot", "content": "x"}], "messages[0].role"),
                               ([{"role": "user"}], "messages[0].content"),
                               ([{"role": "user", "content": [{"type": "image_url"}]}], "messages[0].content[0].type")):
            with self.assertRaises(openai.BadRequestError) as caught:
                self.client.chat.completions.create(model=CHAT_MODEL, messages=messages)
            self.assertEqual(caught.exception.param, name)

    def test_too_long(self):
        for length in (60_000, 1_500_000):
            error = self.refused(text="word " * (length // 5))
            self.assertEqual((error.code, error.param), ("context_length_exceeded", "messages"))

    def test_what_the_model_does_not_take_is_named(self):
        complete, embed = self.client.completions.create, self.client.embeddings.create
        for name, ask in (("logit_bias", lambda: self.chat(logit_bias={"49999999": 1})),
                          ("prompt", lambda: complete(model=CHAT_MODEL, prompt=[49999999])),
                          ("prompt", lambda: complete(model=CHAT_MODEL, prompt="")),
                          ("input", lambda: embed(model=EMBEDDING_MODEL, input=[[49999999]]))):
            with self.assertRaises(openai.BadRequestError) as caught:
                ask()
            self.assertEqual(caught.exception.param, name)


class KeyTest(ServerTest):
    ENVIRONMENT = {"LECTERN_API_KEY": "a key of our own"}

    def test_keys(self):
        for key in ("wrong", "a key of our ow", "a key of our own!", ""):
            with self.assertRaises((openai.AuthenticationError, openai.OpenAIError)) as caught:
                with self.server.client(key=key) as client:
                    client.models.list()
            if key:
                self.assertIsInstance(caught.exception, openai.AuthenticationError)
        with self.server.client(key="a key of our own") as client:
            self.assertEqual(len(list(client.models.list())), 2)


class QueueTest(ServerTest):
    OPTIONS = ("--max-queue", "2")

    def test_full(self):
        with self.assertRaises(openai.RateLimitError) as caught:
            self.chat(n=3)
        self.assertEqual(caught.exception.response.headers["Retry-After"], "1")
        self.assertEqual(len(self.chat(n=2).choices), 2)
        self.assertEqual(len(self.chat(n=2).choices), 2)


if __name__ == "__main__":
    unittest.main()
