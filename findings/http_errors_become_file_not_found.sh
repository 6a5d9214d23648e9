#!/usr/bin/env bash
# fsspec 2026.9.0: a server that answers 401, 403, 500 or 503 has, for most calls of the HTTP file system, no such file.
#
# Behaviour: info() and open() raise FileNotFoundError for each of these answers, with the address as its only text, and
# exists() says False. cat_file() of the same address raises aiohttp's ClientResponseError with status and reason.
#
# Surprise: a missing token, a server that is down and a misspelt name cannot be told apart, so a program that creates
# what does not exist yet, or that says "no such file", goes wrong; and two calls on one address disagree.
#
# Standard output as seen:
#   401: open FileNotFoundError, info FileNotFoundError, exists False, cat_file ClientResponseError 401
#   403: open FileNotFoundError, info FileNotFoundError, exists False, cat_file ClientResponseError 403
#   404: open FileNotFoundError, info FileNotFoundError, exists False, cat_file FileNotFoundError
#   500: open FileNotFoundError, info FileNotFoundError, exists False, cat_file ClientResponseError 500
#   503: open FileNotFoundError, info FileNotFoundError, exists False, cat_file ClientResponseError 503
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet 'fsspec==2026.9.0' 'aiohttp==3.14.5' || exit 2

cd "$work"
venv/bin/python - <<'PYTHON'
import http.server
import sys
import threading

import fsspec


class Server(http.server.BaseHTTPRequestHandler):
    """Answers each request with the status that is its path."""

    def do_GET(self):
        self.send_response(int(self.path.strip("/")))
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


def result(call, address):
    try:
        return str(call(address))
    except Exception as error:
        return " ".join([type(error).__name__, *([str(error.status)] if hasattr(error, "status") else [])])


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
files = fsspec.filesystem("http", skip_instance_cache=True)
same = True
for status in (401, 403, 404, 500, 503):
    address = f"http://127.0.0.1:{server.server_port}/{status}"
    found = [result(call, address) for call in (files.open, files.info, files.exists, files.cat_file)]
    print("{}: open {}, info {}, exists {}, cat_file {}".format(status, *found))
    last = "FileNotFoundError" if status == 404 else f"ClientResponseError {status}"
    same = same and found == ["FileNotFoundError", "FileNotFoundError", "False", last]
server.shutdown()
sys.exit(not same)
PYTHON
