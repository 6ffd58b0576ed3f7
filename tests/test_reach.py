import http.server
import socket
import threading
import time

import pytest

from course.data.reach import unreachable

SECONDS = 0.5


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path.endswith("hang"):
            self.server.closing.wait(30)
            return
        codes = {"missing": 404, "moved": 302}
        self.send_response(codes.get(self.path.rpartition("/")[2], 200))
        self.send_header("Location", "/file")
        self.send_header("Content-Length", "1000000000")  # which nobody waits for
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads, server.closing = True, threading.Event()
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.closing.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def closed():
    """An address where nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    ("path", "why"),
    [("file", None), ("moved", None), ("missing", "HTTP 404"), ("hang", "no answer in 0.5 s")],
)
def test_a_server_answers_or_not(server, path, why):
    assert unreachable([f"{server}/{path}"], SECONDS) == ({"127.0.0.1": why} if why else {})


def test_a_closed_port(closed):
    assert unreachable([closed], SECONDS) == {"127.0.0.1": "no connection"}


def test_a_name_that_nobody_knows(monkeypatch):
    def fail(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    assert unreachable(["https://a.example/x"], SECONDS) == {"a.example": "its name is not known here"}


def test_hosts_are_asked_at_once_and_none_is_waited_for(monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: release.wait(30) and [])
    start = time.monotonic()
    hosts = [f"{letter}.example" for letter in "abcd"]
    assert set(unreachable([f"https://{host}/x" for host in hosts], SECONDS)) == set(hosts)
    assert time.monotonic() - start < 3 * SECONDS, "one after the other would take four times as long"
    release.set()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_not_there(monkeypatch, closed, scheme):
    monkeypatch.setenv(f"{scheme}_proxy", closed)
    assert unreachable([f"{scheme}://a.example/x"], SECONDS) == {"a.example": "the proxy does not lead there"}


def test_a_proxy_is_asked_where_no_name_is_known(monkeypatch, server):
    monkeypatch.setenv("http_proxy", server)
    assert unreachable(["http://a.example/file"], SECONDS) == {}
    assert unreachable(["http://a.example/hang"], SECONDS) == {"a.example": "no answer in 0.5 s"}
