#!/usr/bin/env bash
# distributed 2026.8.0: a cluster without a dashboard listens where the dashboard would be, and two of them collide.
#
# Behaviour: LocalCluster(dashboard_address=None), which its documentation calls disabling the dashboard, leaves out the
# pages alone. The scheduler still begins a server of HTTP, on port 8787, which answers /health and others, be it that
# neither bokeh nor anything else of a dashboard is installed. A second cluster on the same machine finds that port
# taken, takes another one, and raises a UserWarning about it, which a program that turns warnings into errors (pytest
# with -W error) sees as "Cluster failed to start".
#
# Surprise: None is the one value that asks for a fixed port. With dashboard_address="127.0.0.1:0" among
# scheduler_kwargs, beside dashboard_address=None, both clusters begin without a word, each on a port of its own.
#
# Standard output as seen:
#   None: 200 from /health on 8787 True; the second cluster warns: Port 8787 is already in use.
#   None, warnings as errors: RuntimeError: Cluster failed to start: Port 8787 is already in use.
#   "127.0.0.1:0" for the scheduler: 200 from /health on 8787 False; the second cluster warns: nothing
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet 'distributed==2026.8.0' 'dask==2026.8.0' || exit 2

cd "$work"
cat >seen.py <<'PYTHON'
import socket
import sys
import warnings
from contextlib import ExitStack
from http.client import HTTPConnection

from distributed import LocalCluster

PORT = 8787


def begun(opened, **options):
    return opened.enter_context(LocalCluster(n_workers=0, dashboard_address=None, silence_logs=50, **options))


def seen(filters="always", **options):
    """Whether the first of two clusters has the port, its answer, and what the second one says."""
    with ExitStack() as opened, warnings.catch_warnings(record=True) as said:
        first = begun(opened, **options).scheduler.http_server.port
        warnings.simplefilter(filters, UserWarning)
        try:
            begun(opened, **options)
        except RuntimeError as error:
            return str(error).partition("\n")[0]
        connection = HTTPConnection("127.0.0.1", first)
        connection.request("GET", "/health")
        status = connection.getresponse().status
        connection.close()
        ports = [str(one.message).partition("\n")[0] for one in said if issubclass(one.category, UserWarning)]
        return status, first == PORT, ports


if __name__ == "__main__":
    with socket.socket() as free:
        if not free.connect_ex(("127.0.0.1", PORT)):
            sys.exit("another program has port 8787")
    status, fixed, said = seen()
    refused = seen("error")
    own_status, own_fixed, own_said = seen(scheduler_kwargs={"dashboard_address": "127.0.0.1:0"})
    print(f"None: {status} from /health on {PORT} {fixed}; the second cluster warns: {' '.join(said) or 'nothing'}")
    print(f"None, warnings as errors: RuntimeError: {refused}")
    print(
        f'"127.0.0.1:0" for the scheduler: {own_status} from /health on {PORT} {own_fixed};'
        f" the second cluster warns: {' '.join(own_said) or 'nothing'}"
    )
    words = "Port 8787 is already in use."
    whole = (status, fixed, said) == (200, True, [words]) and refused == f"Cluster failed to start: {words}"
    sys.exit(not (whole and (own_status, own_fixed, own_said) == (200, False, [])))
PYTHON
venv/bin/python seen.py
