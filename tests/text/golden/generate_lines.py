"""Writes lines.z and ids.bin: 20,000 lines and what Hugging Face's tokenizers makes of them.

    python generate_lines.py SMOLLM2.gguf QWEN.gguf MINILM_FOLDER OUTPUT_FOLDER

Needs tokenizers and gguf. The byte-pair references are built from each GGUF's vocabulary and the published
configuration of its family; MiniLM's from its tokenizer.json without truncation and padding. No special tokens are
added; in lines of odd number, special tokens in the text are ordinary text.

lines.z: zlib of records (u32 size, UTF-8). ids.bin: u32 lines, u32 stride; for each model (smollm2, qwen, minilm):
a u64 for each line, FNV-1a over the ids' little-endian bytes; then the ids of every stride-th line (u32 count, i32 ids).
"""

import keyword
import random
import struct
import sys
import zlib
from pathlib import Path

import gguf
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

LINES = 20000
STRIDE = 100
QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

WORDS = """the of a to in and is that for it with as on are this be by from or which an was at not have has but they
their water river bridge engine archive temperature question answer measure library passage between across weather
history mountain committee parliament uncharacteristically photosynthesis electroencephalogram counterrevolutionary
don't it's we'll they've I'm you'd isn't O'Neill naïve café Zürich façade Ångström jalapeño résumé coöperate
well-known state-of-the-art e.g. i.e. U.S. Mr. 3rd 1990s 12,345.67 $9.99 50% 2024-03-01 18:45 №5 §12 ½ 5×7""".split()
CLAUSES = """今天的天气非常好|这座桥建于一九三四年|我们需要更多的时间|请问图书馆几点开门|他说：“没有问题。”|数据库里有三千条记录
繁體中文也要測試|價格是￥128元|第２章　全角数字|日本語のテスト文です|カタカナとひらがな|한국어 문장도 있습니다|東京都千代田区|㈱会社|①②③""".replace("\n", "|").split("|")
FOREIGN = """Привет мир|Γειά σου Κόσμε ΣΊΣΥΦΟΣ|שלום עולם|مرحبا بالعالم ١٢٣|नमस्ते दुनिया|สวัสดีชาวโลก|Xin chào thế giới|İstanbul ıssız|
ǅungla ŉ ﬁne ﬂow ﬀ|Straße STRASSE ẞ|ქართული|አማርኛ|தமிழ்|ខ្មែរ|မြန်မာ|ᐃᓄᒃᑎᑐᑦ ᙭|𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝟙𝟚𝟛|ⅧⅣ ²³ ①|Ꮳꮃꭹ|𞤀𞤣""".replace("\n", "").split("|")
EMOJI = "😀 👍🏽 👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪🇯🇵 ❤️ ☕ 🧑🏿‍🚀 1️⃣ 🤷‍♀️ 🪿 🫨 ♟️ ✈︎ 👁️‍🗨️".split(" ")
SPECIALS = """<|im_start|> <|im_end|> <|endoftext|> <tool_call> </tool_call> <|fim_prefix|> <repo_name> [CLS] [SEP] [MASK] [UNK]
[PAD] <|im_ <|im_start |im_end|> <|endoftext <<|im_end|>> [cls] [unused1] ##ing""".split()
SPACES = [" ", "  ", "   ", "\t", "\n", "\r\n", "\n\n", " \n ", "\r", "\u00a0", "\u3000", "\u2009", "\u2028", "\u200b", "\ufeff", "\x0b", "\x0c", "\x85"]
MARKS = [chr(c) for c in range(0x300, 0x370)] + list("\u0344\u0f71\u0f72\u0f73\u0591\u05b0\u064b\u0651\u093c\u0d4d\u3099\u20e3\u0d3b\u1dfa\U0001e4ec\u302e")
CODE = [
    "{i}for {a} in {b}({c}, {n}):", "{i}if {a} != {b} and not {c}.{d}:", "{i}return {a}[{n}] + {b}.{c}(\"{w}\")",
    "{i}def {a}_{b}(self, {c}={n}, *args, **{d}):", "{i}{a} = {{'{b}': {n}, \"{c}\": [{n}, 0x{n}]}}  # {w}",
    "#include <{a}/{b}.h>", "std::vector<{a}> {b}({c}.begin(), {c}.end());", "{i}printf(\"%{n}d\\n\", {a}->{b});",
    "<div class=\"{a}\" id='{b}'>{w}</div>", "SELECT {a}, {b} FROM {c} WHERE {d} >= {n};", "$ {a} --{b}={n} | grep -v '{c}' > /tmp/{d}",
    "{i}// {w} {w}: TODO({a}) {n}%", "{i}}} else if (({a} & 0xFF) << {n}) {{", "let {a}: &mut Vec<{b}> = &{c}[..{n}];", "{a}.{b}.{c}@{d}.org",
]  # fmt: skip


class Writer:
    """Lines of every kind, from one seeded generator."""

    def __init__(self):
        self.random = random.Random(20240229)
        self.names = self.identifiers()

    @staticmethod
    def identifiers():
        names = set(keyword.kwlist)
        for module in (random, zlib, struct, str, list, dict, Path):
            names |= {name for name in dir(module) if name.isascii()}
        return sorted(names)

    def pick(self, items):
        return items[self.random.randrange(len(items))]

    def many(self, items, low, high, between=" "):
        return between.join(self.pick(items) for _ in range(self.random.randint(low, high)))

    def prose(self):
        line = self.many(WORDS, 3, 16)
        line = line[0].upper() + line[1:] if self.random.random() < 0.7 else line.upper() if self.random.random() < 0.3 else line
        return line + self.pick([".", "?", "!", "…", ", ", "; ", "", ".\n", "\" —", ")", "'s", "'LL", "'ſ"])

    def code(self):
        fill = {name: self.pick(self.names) for name in "abcd"}
        return self.pick(CODE).format(i=self.pick(["", "    ", "\t", "        "]), n=self.random.randrange(10000), w=self.pick(WORDS), **fill)

    def chinese(self):
        return self.many(CLAUSES, 1, 5, self.pick(["，", "。", "", " ", "、"]))

    def foreign(self):
        return self.many(FOREIGN, 1, 4)

    def emoji(self):
        return self.pick(["", " "]).join(self.pick([EMOJI, EMOJI, WORDS])[0] if self.random.random() < 0.1 else self.pick(self.pick([EMOJI, WORDS])) for _ in range(self.random.randint(1, 8)))

    def controls(self):
        return "".join(chr(self.random.randrange(32)) if self.random.random() < 0.4 else self.pick([self.pick(WORDS), "\x7f", "\x80", "\x9f", "\ufffd", "\u200d", "\u202e", "\ue000", "\ufffe", "\U000f0000", "\x00", "\u00ad"]) for _ in range(self.random.randint(1, 10)))

    def spacing(self):
        return "".join(self.pick(SPACES) if self.random.random() < 0.6 else self.pick(WORDS + ["1", "(", "'s", "中"]) for _ in range(self.random.randint(2, 16)))

    def marks(self):
        return "".join(self.pick(MARKS) if self.random.random() < 0.6 else self.pick(list("aeoAEOnü가क1 ") + ["e\u0301", "\u1100\u1161"]) for _ in range(self.random.randint(1, 20)))

    def specials(self):
        return "".join(self.pick(SPECIALS) if self.random.random() < 0.5 else self.pick(WORDS + SPACES + ["'s", "1"]) for _ in range(self.random.randint(1, 8)))

    def unicode(self):
        line = ""
        for _ in range(self.random.randint(1, 6)):
            start = self.pick([0x80, 0x250, 0x370, 0x600, 0x900, 0xe00, 0x1100, 0x1e00, 0x2000, 0x2190, 0x2c00, 0xa640, 0xac00, 0xf900, 0xfe00, 0x10000, 0x11000, 0x13400, 0x16100, 0x1d400, 0x1e000, 0x1f300, 0x20000, 0x2ebf0, 0xe0000])
            for _ in range(self.random.randint(1, 4)):
                code = start + self.random.randrange(0x400)
                line += "" if 0xd800 <= code < 0xe000 else chr(code)
            line += self.pick(["", " ", "'s", "a", "7", "."])
        return line

    def long_word(self):
        return "".join(self.pick("abcdefghijklmnopqrstuvwxyzé中") for _ in range(self.random.randint(60, 140)))

    def line(self):
        kinds = [self.prose] * 5 + [self.code] * 4 + [self.chinese] * 2 + [self.spacing] * 2 + [self.specials] * 2
        kinds += [self.foreign, self.emoji, self.controls, self.marks, self.unicode]
        kind = self.long_word if self.random.random() < 0.005 else self.pick(kinds)
        return kind()


def byte_pairs(path, qwen):
    reader = gguf.GGUFReader(path)
    field = lambda name: reader.fields["tokenizer.ggml." + name].contents()  # noqa: E731
    tokens, types = field("tokens"), field("token_type")
    merges = [tuple(merge.split(" ")) for merge in field("merges")]
    tokenizer = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
    byte_level = lambda regex: pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=regex)  # noqa: E731
    if qwen:
        tokenizer.normalizer = normalizers.NFC()
        steps = [pre_tokenizers.Split(Regex(QWEN2), "isolated"), byte_level(False)]
    else:
        steps = [pre_tokenizers.Digits(individual_digits=True), byte_level(True)]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(steps)
    tokenizer.decoder = decoders.ByteLevel()
    added = lambda kind, special: [AddedToken(t, special=special, normalized=False) for t, k in zip(tokens, types) if k == kind]  # noqa: E731
    tokenizer.add_special_tokens(added(3, True))
    tokenizer.add_tokens(added(4, False))
    return tokenizer


def word_pieces(folder):
    tokenizer = Tokenizer.from_file(str(Path(folder) / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def fnv1a(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def encode_all(tokenizer, lines):
    ids = [None] * len(lines)
    for parity in (0, 1):
        tokenizer.encode_special_tokens = parity == 1
        for i, encoding in zip(range(parity, len(lines), 2), tokenizer.encode_batch(lines[parity::2], add_special_tokens=False)):
            ids[i] = struct.pack(f"<{len(encoding.ids)}i", *encoding.ids)
    return ids


def main():
    smollm2, qwen, minilm, output = sys.argv[1:]
    writer = Writer()
    lines = [writer.line() for _ in range(LINES)]
    records = b"".join(struct.pack("<I", len(data)) + data for data in (line.encode() for line in lines))
    (Path(output) / "lines.z").write_bytes(zlib.compress(records, 9))
    out = [struct.pack("<II", LINES, STRIDE)]
    for tokenizer in (byte_pairs(smollm2, False), byte_pairs(qwen, True), word_pieces(minilm)):
        ids = encode_all(tokenizer, lines)
        out += [struct.pack("<Q", fnv1a(data)) for data in ids]
        out += [struct.pack("<I", len(data) // 4) + data for data in ids[::STRIDE]]
    (Path(output) / "ids.bin").write_bytes(b"".join(out))
    print(len(records), "bytes of lines")


if __name__ == "__main__":
    main()
