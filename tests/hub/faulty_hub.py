"""A hub on this machine whose answers fail as a test wishes."""

import hashlib
import http.server
import json
import pathlib
import re
import threading


class FaultyHub:
    """Serves `files` (name to bytes) at /OWNER/REPO/resolve/REVISION/NAME.

    Each request takes the next of `faults`, a function of the handler that returns whether it has answered; when they
    are used up, all goes well.
    """

    def __init__(self, files):
        self.files = files
        self.etag = '"version-1"'
        self.ranges = True
        self.linked = {}  # headers of every answer
        self.faults = []
        self.requests = []  # (path, headers)
        hub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                hub.requests.append((self.path, dict(self.headers)))
                fault = hub.faults.pop(0) if hub.faults else None
                if fault is None or not fault(self):
                    hub.answer(self)

            def log_message(self, *_):
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # clients that hang up are what is tested

        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def close(self):
        if self.thread.is_alive():
            self.server.shutdown()
            self.thread.join()
            self.server.server_close()

    def body_for(self, handler):
        """Status, headers and body of what is asked for."""
        found = re.fullmatch(r"(?:/elsewhere)?/[^/]+/[^/]+/resolve/[^/]+/(.*)", handler.path)
        if not found or found[1] not in self.files:
            return 404, {}, b"no such file"
        whole = self.files[found[1]]
        headers = self.linked | ({"ETag": self.etag} if self.etag else {})
        asked = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
        same = handler.headers.get("If-Range") in (None, self.etag)
        if not asked or not self.ranges or not same:
            return 200, headers, whole
        first = int(asked[1])
        if first >= len(whole):
            return 416, {"Content-Range": f"bytes */{len(whole)}"}, b""
        return 206, headers | {"Content-Range": f"bytes {first}-{len(whole) - 1}/{len(whole)}"}, whole[first:]

    def answer(self, handler, cut=None, length=None, change=None):
        """`cut`: hangs up after so many bytes of the body; `length`: tells another; `change`: of the bytes."""
        status, headers, body = self.body_for(handler)
        headers = headers | {"Content-Length": str(len(body) if length is None else length)}
        body = change(body) if change else body
        return send(handler, status, headers, body if cut is None else body[:cut])

    def redirect(self, location, status=302):
        """`location` is one, or a function of the path."""
        def fault(handler):
            place = location(handler.path) if callable(location) else location
            return send(handler, status, {"Location": place, "Content-Length": "0"}, b"")
        return fault

    def fails(self, status, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return lambda handler: send(handler, status, {"Content-Length": "0"} | named, b"")

    def cuts(self, after):
        return lambda handler: self.answer(handler, cut=after)

    def sends(self, body, then=lambda: None):
        """The beginning of an answer of the right length, and then."""
        def fault(handler):
            headers = {"ETag": self.etag, "Content-Length": str(len(next(iter(self.files.values()))))}
            send(handler, 200, headers, body)
            then()
            return True
        return fault


def hangs_up(handler):
    handler.close_connection = True
    return True


def chunked(body):
    """Of no length that is told beforehand."""
    def fault(handler):
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for at in range(0, len(body), 50_000):
            piece = body[at:at + 50_000]
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        handler.wfile.write(b"0\r\n\r\n")
        return True
    return fault


def send(handler, status, headers, body):
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)
    handler.wfile.flush()
    handler.close_connection |= len(body) != int(headers["Content-Length"])
    return True


def catalogue(folder, files, sha256=True, model="tiny", kind="embedding"):
    """A catalogue of one model, as a file in `folder`; its path."""
    entries = [{"name": name, "bytes": len(data)} |
               ({"sha256": hashlib.sha256(data).hexdigest()} if sha256 else {}) for name, data in files.items()]
    entry = {"id": model, "name": "Tiny", "kind": kind, "licence": "none", "repository": "owner/repository",
             "revision": "main", "context_length": 64, "layers": 1, "kv_heads": 1, "head_dim": 1, "files": entries}
    path = pathlib.Path(folder) / "catalogue.json"
    path.write_text(json.dumps({"models": [entry]}))
    return str(path)
