#!/usr/bin/env bash
# fsspec 2026.9.0: cat_file(start=100, end=110) over HTTP gives the whole file, from byte 0, if the server has no ranges.
#
# Behaviour: a server may ignore the Range header and answer 200 with everything, and many simple ones do, Python's
# http.server among them. cat_file() and cat_ranges() hand that answer on as if it were the ten bytes asked for. open() of
# the same address notices, and raises ValueError at a seek and read.
#
# Surprise: the bytes are not cut to what was asked, so there are too many and they begin at another place. The answer's
# status and its missing Content-Range tell it, and the file object of the same library does look.
#
# Standard output as seen:
#   cat_file: 1000 bytes instead of 10, the first is 0 instead of 100
#   cat_ranges: 1000 bytes instead of 10, the first is 0 instead of 100
#   open, seek and read: ValueError
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

CONTENT = bytes(number % 250 for number in range(1000))


class Server(http.server.BaseHTTPRequestHandler):
    """Gives the content and, as HTTP allows, takes no notice of ranges."""

    def do_HEAD(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()

    def do_GET(self):
        self.do_HEAD()
        self.wfile.write(CONTENT)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}/model"
files = fsspec.filesystem("http", skip_instance_cache=True)

part = files.cat_file(address, start=100, end=110)
parts = files.cat_ranges([address], [100], [110])[0]
try:
    with files.open(address) as file:
        file.seek(100)
        file.read(10)
    refusal = None
except ValueError as error:
    refusal = type(error).__name__
for name, got in (("cat_file", part), ("cat_ranges", parts)):
    print(f"{name}: {len(got)} bytes instead of 10, the first is {got[0]} instead of 100")
print("open, seek and read:", refusal)
server.shutdown()
sys.exit(not (part == parts == CONTENT and refusal))
PYTHON
