#!/usr/bin/env python3
"""Bundles the page and writes it as a C++ source: bundle.py OUTPUT_FOLDER. The build calls it.

esbuild makes the scripts and the style, each with its hash in its name; the letters that books are set in become a small
font; all of it is compressed and goes into page_files.cc, which takes the bytes in from the files beside it.
"""

import gzip
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys

WEB = pathlib.Path(__file__).resolve().parent
MODULES = "/usr/share/nodejs"
SCRIPTS = "/usr/share/javascript"
FONTS = "/usr/share/fonts/truetype/vollkorn"
# The security fix in Debian's DOMPurify 2.4.1 reads a variable before the loop that would set it, so that every call fails.
# Only such a free use of the name is defined here; what it checks is checked again for each element in the loop.
DOMPURIFY_FIX = '--define:shadowNode={"__depth":1}'
LETTERS = "U+20-7E,U+A0-17F,U+2010-2027,U+2030-203A,U+20AC,U+2190-2193,U+2212"
TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
         ".svg": "image/svg+xml", ".woff2": "font/woff2", ".bcmap": "application/octet-stream", ".pfb": "application/octet-stream",
         ".ttf": "font/ttf"}


def esbuild(output, *arguments):
    """Returns the outputs by entry point."""
    meta = output / "meta.json"
    subprocess.run(["esbuild", "--bundle", "--minify", "--legal-comments=none", "--log-level=warning",
                    "--target=chrome100,firefox100,safari15", "--entry-names=assets/[name]-[hash]",
                    "--chunk-names=assets/[name]-[hash]", "--asset-names=assets/[name]-[hash]",
                    f"--outdir={output}", f"--metafile={meta}", *arguments],
                   check=True, cwd=WEB, env=os.environ | {"NODE_PATH": MODULES})
    outputs = json.loads(meta.read_text())["outputs"]
    meta.unlink()
    return {details["entryPoint"]: "/" + os.path.relpath(WEB / name, output)
            for name, details in outputs.items() if "entryPoint" in details}


def make_fonts(folder):
    folder.mkdir()
    for style in ("Regular", "Italic", "SemiBold"):
        subprocess.run(["/usr/bin/python3", "-m", "fontTools.subset", f"{FONTS}/Vollkorn-{style}.ttf", f"--unicodes={LETTERS}",
                        "--layout-features=kern,liga,onum,lnum,pnum,tnum,sups", "--flavor=woff2",
                        f"--output-file={folder}/{style}.woff2"], check=True)


def bundle(output, scratch):
    worker = f"{SCRIPTS}/pdf/build/pdf.worker.js"
    node = [f"--external:{name}" for name in ("fs", "http", "https", "url", "zlib", "canvas", "node:*")]
    made = esbuild(output, "--format=iife", *node, worker)
    fonts = scratch / "fonts"
    make_fonts(fonts)
    made |= esbuild(output, "--format=esm", "--splitting", DOMPURIFY_FIX, *node,
                    f"--define:PDF_WORKER=\"{next(iter(made.values()))}\"",
                    f"--alias:katex={SCRIPTS}/katex/katex.mjs", f"--alias:pdfjs={SCRIPTS}/pdf/build/pdf.js", "src/main.ts")
    made |= esbuild(output, "--format=iife", "src/theme.ts")
    made |= esbuild(output, "--loader:.woff2=file", f"--alias:fonts={fonts}", "styles/page.css")
    html = (WEB / "index.html").read_text(encoding="utf-8")
    for mark, entry in (("MAIN", "src/main.ts"), ("THEME", "src/theme.ts"), ("STYLE", "styles/page.css")):
        html = html.replace("{{" + mark + "}}", made[entry])
    (output / "index.html").write_text(html, encoding="utf-8")
    icon = (WEB / "icon.svg").read_bytes()
    (output / "icon.svg").write_bytes(icon)
    # What PDFs want that bring no fonts or character maps of their own.
    for kind in ("cmaps", "standard_fonts"):
        for file in sorted(pathlib.Path(f"{SCRIPTS}/pdf/web/{kind}").iterdir()):
            if file.suffix in (".bcmap", ".pfb", ".ttf"):
                target = output / "assets" / kind / file.name
                target.parent.mkdir(exist_ok=True)
                shutil.copy(file, target)


def write_source(output):
    rows, blobs = [], []
    for number, path in enumerate(sorted(p for p in output.rglob("*") if p.is_file())):
        data = path.read_bytes()
        packed = output / f"{number}.gz"
        packed.write_bytes(gzip.compress(data, 9, mtime=0))
        kind, tag = TYPES[path.suffix], hashlib.sha256(data).hexdigest()[:16]
        name = path.relative_to(output)
        blobs.append(f'asm(".section .rodata\\nlectern_page_{number}:\\n.incbin \\"{packed}\\"\\n'
                     f'lectern_page_{number}_end:\\n.byte 0\\n.previous");\n'
                     f'extern "C" const char lectern_page_{number}[], lectern_page_{number}_end[];\n')
        rows.append(f'{{"{name}", "{kind}", "{tag}", {{lectern_page_{number}, lectern_page_{number}_end}}}},\n')
    (output / "page_files.cc").write_text(
        '#include "server/page.h"\n\n// NOLINTBEGIN\n' + "".join(blobs) + "\nnamespace lectern::server {\n\n"
        "std::span<const PageFile> page_files() {\n  static const PageFile files[] = {\n" + "".join(rows)
        + "  };\n  return files;\n}\n\n}  // namespace lectern::server\n// NOLINTEND\n", encoding="utf-8")


def main():
    output = pathlib.Path(sys.argv[1]).resolve()
    shutil.rmtree(output, ignore_errors=True)
    scratch = output.with_name(output.name + ".scratch")
    shutil.rmtree(scratch, ignore_errors=True)
    output.mkdir(parents=True)
    scratch.mkdir()
    bundle(output, scratch)
    write_source(output)
    shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
