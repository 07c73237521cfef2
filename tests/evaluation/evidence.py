"""How the evaluations read a corpus and compare passages with a question's evidence."""
import re
import subprocess


def normalized(text):
    """Lower case, one space between words, none beside Chinese: readers differ in where they break lines."""
    text = re.sub(r"\s+", " ", text).lower()
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", text)


def holds(text, evidence):
    text = normalized(text)
    return any(normalized(e) in text for e in evidence)


def plain_text(path):
    if path.suffix == ".pdf":
        return subprocess.run(["pdftotext", path, "-"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return path.read_text(encoding="utf-8")
