#!/usr/bin/env python3
"""Perplexity of Lectern and of llama.cpp over the same windows of the same tokens, as a Markdown table.

usage: perplexity.py --documents DIR --peer PYTHON MODEL.gguf... [--tokens N] [--requantize Q4_0,Q8_0 --scratch DIR]
       perplexity.py --text FILE --peer PYTHON MODEL.gguf... [--tokens N]

The text is FILE, or of DIR's PDFs (pdftotext) pieces of some 2,000 characters in turn, each document's from its first third
on; of it the beginning that has N tokens, to the end of a line. Windows are those of `lectern perplexity`: 512 tokens, the
model's start token included where it has one, the first token of each not scored. llama.cpp gets Lectern's token ids in the
same windows; where its own tokenizer gives others, a note below the table says how many.

PYTHON has llama-cpp-python. --requantize makes files of those types out of the first MODEL with llama.cpp's own quantizer,
into --scratch, and measures them too. Exits with 1 where a perplexity differs by more than 0.5 %.
"""
import argparse
import json
import math
import pathlib
import subprocess
import sys
import tempfile

WINDOW = 512
PIECE = 2000  # characters
LIMIT = 0.5   # percent


# What runs in the peer's interpreter: reads a request as JSON, prints an answer as JSON.
def peer_main():
    import ctypes

    import llama_cpp as llama
    import numpy

    request = json.load(sys.stdin)
    quiet = llama.llama_log_callback(lambda level, text, data: None)
    llama.llama_log_set(quiet, ctypes.c_void_p(0))
    llama.llama_backend_init()

    def requantize():
        params = llama.llama_model_quantize_default_params()
        params.nthread, params.allow_requantize = request["threads"], True
        params.ftype = getattr(llama, f"LLAMA_FTYPE_MOSTLY_{request['requantize']}")
        failed = llama.llama_model_quantize(request["model"].encode(), request["to"].encode(), ctypes.byref(params))
        return {"failed": failed}

    def load(vocabulary_only):
        params = llama.llama_model_default_params()
        params.vocab_only = vocabulary_only
        return llama.llama_model_load_from_file(request["model"].encode(), params)

    def tokenize(vocabulary, text):
        room = len(text) + 16
        ids = (llama.llama_token * room)()
        count = llama.llama_tokenize(vocabulary, text, len(text), ids, room, False, False)
        return ids[:count]

    def bytes_of(vocabulary, ids):
        piece = ctypes.create_string_buffer(1024)
        return sum(llama.llama_token_to_piece(vocabulary, i, piece, 1024, 0, True) for i in ids)

    # The bytes that the first tokens take.
    def measure():
        vocabulary = llama.llama_model_get_vocab(load(True))
        ids = tokenize(vocabulary, request["text"].encode())
        return {"bytes": bytes_of(vocabulary, ids[:request["tokens"]]), "tokens": len(ids)}

    # Sum of -log p of a window's tokens after the first.
    def surprise(context, ids):
        batch = llama.llama_batch_init(len(ids), 0, 1)
        batch.n_tokens = len(ids)
        for i, token in enumerate(ids):
            batch.token[i], batch.pos[i], batch.n_seq_id[i], batch.logits[i] = token, i, 1, 1
            batch.seq_id[i][0] = 0
        llama.llama_memory_clear(llama.llama_get_memory(context), True)
        if llama.llama_decode(context, batch) != 0:
            raise SystemExit("llama_decode failed")
        total = 0.0
        for i, token in enumerate(ids[1:]):
            pointer = llama.llama_get_logits_ith(context, i)
            logits = numpy.ctypeslib.as_array(pointer, shape=(vocabulary_size,)).astype(numpy.float64)
            most = logits.max()
            total -= logits[token] - most - math.log(numpy.exp(logits - most).sum())
        llama.llama_batch_free(batch)
        return total

    if "requantize" in request:
        answer = requantize()
    elif "tokens" in request:
        answer = measure()
    else:
        model = load(False)
        vocabulary = llama.llama_model_get_vocab(model)
        vocabulary_size = llama.llama_vocab_n_tokens(vocabulary)
        start = llama.llama_vocab_bos(vocabulary)
        own = tokenize(vocabulary, request["text"].encode())
        params = llama.llama_context_default_params()
        params.n_ctx = params.n_batch = params.n_ubatch = WINDOW
        params.n_seq_max = 1
        params.n_threads = params.n_threads_batch = request["threads"]
        context = llama.llama_init_from_model(model, params)
        head = [start] if start >= 0 else []
        step = WINDOW - len(head)
        ids = request["ids"]
        windows = [head + ids[begin:begin + step] for begin in range(0, len(ids), step)]
        windows = [window for window in windows if len(window) >= 2]
        scored = sum(len(window) - 1 for window in windows)
        perplexity = math.exp(sum(surprise(context, window) for window in windows) / scored)
        other = sum(a != b for a, b in zip(own, ids)) + abs(len(own) - len(ids))
        answer = {"perplexity": perplexity, "tokens": scored, "other_ids": other}
    print(json.dumps(answer))


def ask_peer(**request):
    out = subprocess.run([options.peer, __file__, "--as-peer"], input=json.dumps(dict(request, threads=options.threads)),
                         stdout=subprocess.PIPE, text=True, check=True).stdout
    return json.loads(out.splitlines()[-1])


def pieces_of(document):
    text = subprocess.run(["pdftotext", "-enc", "UTF-8", "-nopgbrk", str(document), "-"], stdout=subprocess.PIPE,
                          check=True).stdout.decode(errors="replace")
    lines = text.splitlines(keepends=True)
    piece, pieces = "", []
    for line in lines[len(lines) // 3:]:
        piece += line
        if len(piece) >= PIECE:
            pieces.append(piece)
            piece = ""
    return pieces + [piece]


def mixture(folder):
    documents = [pieces_of(document) for document in sorted(folder.glob("*.pdf"))]
    if not documents:
        raise SystemExit(f"There are no PDFs in {folder}.")
    longest = max(len(pieces) for pieces in documents)
    return "".join(pieces[i] for i in range(longest) for pieces in documents if i < len(pieces))


# To the end of the line in which token number `tokens` lies.
def beginning(text, model):
    text = text[:options.tokens * 12]
    measured = ask_peer(model=str(model), text=text, tokens=options.tokens)
    if measured["tokens"] < options.tokens:
        raise SystemExit(f"The text has only {measured['tokens']} tokens.")
    data = text.encode()
    end = data.find(b"\n", measured["bytes"])
    return data[:end + 1 if end >= 0 else len(data)].decode()


def lectern(command, *arguments):
    out = subprocess.run([options.lectern, command, *map(str, arguments), "--json"], stdout=subprocess.PIPE, text=True,
                         check=True).stdout
    return json.loads(out.splitlines()[-1])


def requantized(model, kind):
    to = options.scratch / f"{model.stem}-to-{kind.lower()}.gguf"
    if not to.exists():
        options.scratch.mkdir(parents=True, exist_ok=True)
        unfinished = to.with_suffix(".part")
        if ask_peer(model=str(model), to=str(unfinished), requantize=kind)["failed"]:
            raise SystemExit(f"llama.cpp could not make {to}.")
        unfinished.rename(to)
    return to


def compare(model, text):
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        ids = lectern("tokenize", model, "--file", file.name, "--no-special", "--plain")["ids"]
        ours = lectern("perplexity", model, file.name, "--threads", options.threads)
    theirs = ask_peer(model=str(model), text=text, ids=ids)
    if ours["tokens"] != theirs["tokens"]:
        raise SystemExit(f"{model}: Lectern scored {ours['tokens']} tokens, llama.cpp {theirs['tokens']}: other windows.")
    return ours, theirs


if sys.argv[1:] == ["--as-peer"]:
    peer_main()
    raise SystemExit

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("models", nargs="+", type=pathlib.Path)
source = parser.add_mutually_exclusive_group(required=True)
source.add_argument("--documents", type=pathlib.Path)
source.add_argument("--text", type=pathlib.Path)
parser.add_argument("--peer", required=True, help="a Python interpreter with llama-cpp-python")
parser.add_argument("--tokens", type=int, default=20_000)
parser.add_argument("--requantize", default="", help="types, separated by commas")
parser.add_argument("--scratch", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()))
parser.add_argument("--lectern", default="build/release/bin/lectern")
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()

models = list(options.models)
models += [requantized(models[0], kind) for kind in options.requantize.split(",") if kind]
whole = mixture(options.documents) if options.documents else options.text.read_text(encoding="utf-8")
print("| file | tokens | Lectern | llama.cpp | difference |\n|---|---|---|---|---|", flush=True)
notes, missed = [], False
for model in models:
    ours, theirs = compare(model, beginning(whole, model))
    difference = 100 * (ours["perplexity"] / theirs["perplexity"] - 1)
    missed = missed or abs(difference) > LIMIT
    if theirs["other_ids"]:
        notes.append(f"{model.name}: llama.cpp's tokenizer differs in {theirs['other_ids']} of the tokens.")
    print(f"| {model.name} | {ours['tokens']:,} | {ours['perplexity']:.4f} | {theirs['perplexity']:.4f} | "
          f"{difference:+.3f} % |", flush=True)
print("\n".join(["", *notes]) if notes else "\nBoth tokenizers give the same tokens.")
raise SystemExit(1 if missed else 0)
