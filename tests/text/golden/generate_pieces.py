"""Writes pieces.json: a small SentencePiece vocabulary, and what sentencepiece and Hugging Face's tokenizers make of texts.

    python generate_pieces.py OUTPUT_FOLDER

Needs sentencepiece and tokenizers; lines.z (generate_lines.py) lies beside this script. The vocabulary is trained on
lines of common characters with Llama 2's settings. Beside it stand Hugging Face files made of the same pieces, one for each way in which
published ones put blanks before text; those know special tokens too.

Cases have a text, its ids by each tokenizer, and the text that each makes of the ids. Of every 40th line of lines.z
there is FNV-1a of the ids' little-endian bytes.
"""

import collections
import io
import itertools
import json
import struct
import sys
import zlib
from pathlib import Path

import sentencepiece
from tokenizers import Tokenizer

VOCABULARY = 1000
COMMON = 200  # other characters are no pieces, and are spelled in bytes
STRIDE = 40
SPECIALS = ["[INST]", "[/INST]", "<|user|>"]  # the last one is no special token, but matched before anything else
BLANK = "\u2581"

TEXTS = [
    "", " ", "  ", "a", " a", "a ", "the bridge", "The bridge  was   built in 1934.", "\n", "\n\nthe\n", "\t\tthe\tbridge",
    "the\u00a0bridge\u3000of", BLANK + "the" + BLANK, "naïve café, Zürich", "今天的天气非常好。", "東京都千代田区", "Привет мир",
    "שלום עולם مرحبا", "नमस्ते दुनिया", "👩‍👩‍👧‍👦 😀", "\x00\x01\x7f", "e\u0301\u0323", "{\"name\": \"value\", \"list\": [1, 2.50]}",
    "for i in range(10):\n    print(i)\n", "antidisestablishmentarianism" * 3, "a" * 100, "<s>", "</s>", "<unk>", "<0x41>", "<0x0A>",
    "[INST] Where is the key? [/INST]", "<s>[INST] Where is it?[/INST] There.</s>[INST]And now?[/INST]", "<|user|>\nthe<|user|>the",
    " <s> the </s> ", "[INST][/INST]", "the [INST", "\ufffd", "\U000e0041\U0010ffff", "ﬁne ﬂow Ⅷ ²³ ①", "a\r\nb\rc", "1234567890",
]  # fmt: skip


def read_lines():
    data = zlib.decompress((Path(__file__).parent / "lines.z").read_bytes())
    lines, position = [], 0
    while position < len(data):
        (size,) = struct.unpack_from("<I", data, position)
        lines.append(data[position + 4 : position + 4 + size].decode())
        position += 4 + size
    return lines


def train(lines):
    counts = collections.Counter(itertools.chain.from_iterable(lines))
    common = [line for line in lines if "\x00" not in line and all(counts[c] >= COMMON for c in line)]
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(common), model_writer=model, model_type="bpe",
        vocab_size=VOCABULARY, character_coverage=1.0, byte_fallback=True, split_digits=True, num_threads=1,
        allow_whitespace_only_pieces=True, normalization_rule_name="identity", remove_extra_whitespaces=False,
        unk_surface=" \u2047 ", minloglevel=2,
    )  # fmt: skip
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())


def tokens_of(model):
    def kind(i):
        if model.is_unknown(i):
            return 2
        return 3 if model.is_control(i) else 6 if model.is_byte(i) else 5 if model.is_unused(i) else 1

    return [[model.id_to_piece(i), model.get_score(i), kind(i)] for i in range(model.vocab_size())]


def merges_of(tokens):
    """Every two pieces that make a third, the best of those first."""
    ids = {text: i for i, (text, _, kind) in enumerate(tokens) if kind == 1}
    merges = []
    for text, i in ids.items():
        cuts = [(text[:k], text[k:]) for k in range(1, len(text))]
        merges += [(-tokens[i][1], ids[a], ids[b], a, b) for a, b in cuts if a in ids and b in ids]
    return [[a, b] for *_, a, b in sorted(merges)]


def hugging_face(tokens, normalizer, pre_tokenizer):
    added = [{"id": i, "content": tokens[i][0], "special": True} for i in range(3)]
    added += [{"id": len(tokens) + i, "content": text, "special": text.startswith("[")} for i, text in enumerate(SPECIALS)]
    decoders = [{"type": "Replace", "pattern": {"String": BLANK}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}]
    if (pre_tokenizer or {}).get("prepend_scheme") != "never":
        decoders.append({"type": "Strip", "content": " ", "start": 1, "stop": 0})
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [token | plain for token in added],
        "normalizer": normalizer, "pre_tokenizer": pre_tokenizer,
        "post_processor": {
            "type": "TemplateProcessing", "pair": [], "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}},
            "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
        },
        "decoder": {"type": "Sequence", "decoders": decoders},
        "model": {
            "type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None, "end_of_word_suffix": None,
            "fuse_unk": True, "byte_fallback": True, "ignore_merges": False,
            "vocab": {text: i for i, (text, *_) in enumerate(tokens)}, "merges": merges_of(tokens),
        },
    }  # fmt: skip


def schemes():
    replace = {"type": "Replace", "pattern": {"String": " "}, "content": BLANK}
    prepend = {"type": "Prepend", "prepend": BLANK}
    metaspace = {"type": "Metaspace", "replacement": BLANK, "split": False}
    return {
        "prepend": ({"type": "Sequence", "normalizers": [prepend, replace]}, None),
        "metaspace first": (None, metaspace | {"prepend_scheme": "first"}),
        "metaspace always": (None, metaspace | {"prepend_scheme": "always"}),
        "metaspace never": (None, metaspace | {"prepend_scheme": "never"}),
    }


def fnv1a(ids):
    value = 0xCBF29CE484222325
    for byte in struct.pack(f"<{len(ids)}i", *ids):
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return format(value, "x")


def main():
    (output,) = sys.argv[1:]
    lines = read_lines()
    model = train(lines)
    tokens = tokens_of(model)
    golden = {"tokens": tokens, "specials": SPECIALS, "merges": merges_of(tokens), "tokenizers": []}
    tokenizers = {"sentencepiece": (None, model.encode, model.decode)}
    for name, (normalizer, pre_tokenizer) in schemes().items():
        reference = Tokenizer.from_str(json.dumps(hugging_face(tokens, normalizer, pre_tokenizer)))
        encode = lambda text, reference=reference: reference.encode(text, add_special_tokens=False).ids  # noqa: E731
        settings = {"normalizer": normalizer, "pre_tokenizer": pre_tokenizer}
        tokenizers[name] = (settings, encode, reference.decode)
    for name, (settings, encode, decode) in tokenizers.items():
        cases = [[text, ids, decode(ids)] for text, ids in ((text, list(encode(text))) for text in TEXTS)]
        hashes = [fnv1a(encode(line)) for line in lines[::STRIDE]]
        golden["tokenizers"].append({"name": name, "settings": settings, "cases": cases, "hashes": hashes})
    text = json.dumps(golden, ensure_ascii=True, separators=(",", ":"))
    Path(output, "pieces.json").write_text(text.replace('{"name"', '\n{"name"').replace('],["', '],\n["') + "\n")
    print(len(tokens), "tokens,", len(text), "bytes")


if __name__ == "__main__":
    main()
