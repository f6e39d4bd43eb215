"""Addresses the registry refuses to call: no packet leaves for any of them."""

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import urllib3.util.connection
from django.test import override_settings

from lib import outbound

NAMES = {
    "public.example": ["93.184.216.34"],
    "both.example": ["93.184.216.34", "2606:2800:220:1::1"],
    "inside.example": ["10.1.2.3"],
    "mixed.example": ["93.184.216.34", "127.0.0.1"],
    "mixed6.example": ["93.184.216.34", "fd00::1"],
    "metadata.example": ["169.254.169.254"],
    "nat64.example": ["64:ff9b::7f00:1"],
    "localhost": ["127.0.0.1"],
    "localhost.": ["127.0.0.1"],
}


def resolve(host, port, type=0):
    """A name server: what it knows, IP addresses, and what the C library makes of odd numbers."""
    ips = NAMES.get(host)
    if ips is None:
        try:
            ips = [
                each[4][0] for each in socket.getaddrinfo(host, port, type=type, flags=socket.AI_NUMERICHOST)
            ]
        except socket.gaierror:
            raise socket.gaierror(-2, "unknown") from None
    return [(socket.AF_INET6 if ":" in ip else socket.AF_INET, type, 6, "", (ip, port)) for ip in ips]


REFUSED = [
    # Of this machine and its network.
    "https://127.0.0.1/",
    "https://127.1.2.3/hook",
    "https://localhost/",
    "https://localhost./",
    "https://0.0.0.0/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://192.0.0.1/",
    "https://198.18.0.1/",
    "https://224.0.0.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://[::1]/",
    "https://[::]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fd00::1]/",
    "https://[ff02::1]/",
    "https://[fec0::1]/",
    # The same in other words.
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:7f00:1::]/",
    "https://[5f00::1]/",
    "https://192.88.99.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://127.1/",
    "https://127.0.0.1./",
    "https://0x08080808/",
    "https://8.8.2056/",
    # Names that lead there.
    "https://inside.example/",
    "https://mixed.example/",
    "https://mixed6.example/",
    "https://metadata.example/",
    "https://nat64.example/",
    "https://nowhere.example/",
    # Other ways in.
    "http://public.example/",
    "ftp://public.example/",
    "file:///etc/passwd",
    "gopher://public.example/",
    "//public.example/",
    "public.example/hook",
    "https://user@public.example/",
    "https://user:word@public.example/",
    "https://public.example@127.0.0.1/",
    "https://@public.example/",
    "https://public.example:22/",
    "https://public.example:25/",
    "https://public.example:0/",
    "https://public.example:99999/",
    "https://public.example:x/",
    "https://public.example\\@127.0.0.1/",
    "https://public.example/\r\nHost: inside",
    "https://public.example/a b",
    "https://pub​lic.example/",
    "https://１２７.0.0.1/",
    "https://ⓛocalhost/",
    "https:///hook",
    "https://",
    "",
    "https://public.example/#fragment",
    "https://-public.example/",
    "https://public..example/",
    "https://[::1/",
    "https://public.example/" + "a" * 2000,
]


@pytest.fixture
def dialled(monkeypatch):
    """Where somebody tried to connect to; nobody gets through."""
    asked = []

    def refuse(address, *_args, **_more):
        asked.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(urllib3.util.connection, "create_connection", refuse)
    return asked


class TestAnAddress:
    @pytest.mark.parametrize("url", REFUSED, ids=range(len(REFUSED)))
    def test_that_leads_inside_or_is_none_is_refused_and_nobody_is_called(self, url, dialled):
        with pytest.raises(outbound.Blocked) as refusal:
            outbound.post(url, b"{}", {}, resolve=resolve)

        assert dialled == []
        assert str(refusal.value).endswith(".")

    @pytest.mark.parametrize(
        ("url", "called"),
        [
            ("https://public.example/hook?x=1", ("93.184.216.34", 443)),
            ("https://public.example:8443/", ("93.184.216.34", 8443)),
            ("https://both.example/", ("93.184.216.34", 443)),
            ("https://8.8.8.8/", ("8.8.8.8", 443)),
            ("https://[2606:2800:220:1::1]/", ("2606:2800:220:1::1", 443)),
        ],
    )
    def test_that_is_public_is_called_by_the_address_that_was_looked_at(self, url, called, dialled):
        with pytest.raises(outbound.Unanswered):
            outbound.post(url, b"{}", {}, resolve=resolve)

        assert dialled == [called]

    def test_that_changes_between_two_questions_is_asked_once(self, dialled):
        answers = iter(["93.184.216.34", "127.0.0.1"])

        def rebinding(host, port, type=0):
            return [(socket.AF_INET, type, 6, "", (next(answers), port))]

        with pytest.raises(outbound.Unanswered):
            outbound.post("https://public.example/", b"{}", {}, resolve=rebinding)

        assert dialled == [("93.184.216.34", 443)]
        assert next(answers) == "127.0.0.1", "the second answer was never asked for"

    def test_whose_name_server_never_answers_is_waited_for_no_longer_than_an_attempt_lasts(
        self, dialled, monkeypatch
    ):
        monkeypatch.setattr(outbound, "SECONDS", 0.3)
        done = threading.Event()

        def hanging(host, port, type=0):
            done.wait(20)
            raise socket.gaierror(-3, "try again")

        begun = time.monotonic()
        try:
            with pytest.raises(outbound.NotFound):
                outbound.post("https://public.example/", b"{}", {}, resolve=hanging)
            assert time.monotonic() - begun < 5
        finally:
            done.set()

        assert dialled == []

    def test_that_is_found_slowly_has_the_rest_of_the_time_for_its_answer(self, monkeypatch):
        monkeypatch.setattr(outbound, "SECONDS", 5)
        given = []

        def refuse(address, timeout, **_more):
            given.append(timeout)
            raise ConnectionRefusedError

        def slowly(host, port, type=0):
            time.sleep(0.5)
            return resolve(host, port, type)

        monkeypatch.setattr(urllib3.util.connection, "create_connection", refuse)
        with pytest.raises(outbound.Unanswered):
            outbound.post("https://public.example/", b"{}", {}, resolve=slowly)

        assert 0 < given[0] <= 4.5

    def test_is_told_to_the_certificate_by_its_name(self):
        address = outbound.looked_at("https://public.example/", resolve=resolve)
        connection = outbound._connection(address, 10)

        assert (connection.host, connection.server_hostname) == ("93.184.216.34", "public.example")
        assert connection.assert_hostname == "public.example"


# What urllib3 leaves to http.client to complain of.
NO_HTTP = {
    "/words": b"Hello\r\n\r\n",
    "/status": b"HTTP/1.1 99999 Odd\r\n\r\n",
    "/line": b"HTTP/1.1 200 " + b"x" * 70_000,
    "/headers": b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n",
}


class Receiver(BaseHTTPRequestHandler):
    """Answers as its path says."""

    calls: list[str] = []

    def do_POST(self):
        Receiver.calls.append(self.path)
        self.rfile.read(int(self.headers["Content-Length"]))
        match self.path:
            case "/redirect":
                self.send_response(302)
                self.send_header("Location", "/elsewhere")
                self.end_headers()
            case "/endless":
                self.send_response(200)
                self.end_headers()
                for _ in range(200):
                    self.wfile.write(b"x" * 65536)
            case "/slow":
                self.send_response(200)
                self.send_header("Content-Length", "1000")
                self.end_headers()
                for _ in range(100):
                    self.wfile.write(b"x")
                    self.wfile.flush()
                    if stop.wait(0.1):
                        return
            case path if path in NO_HTTP:
                self.wfile.write(NO_HTTP[path])
            case _:
                self.send_response(204)
                self.end_headers()

    def log_message(self, *_words):
        pass


stop = threading.Event()


@pytest.fixture
def receiver():
    Receiver.calls.clear()
    stop.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.handle_error = lambda *_: None
    thread = threading.Thread(target=server.serve_forever, args=[0.05])
    thread.start()
    with override_settings(OUTBOUND_DEVELOPMENT=True):
        yield f"http://127.0.0.1:{server.server_port}"
    stop.set()
    server.shutdown()
    thread.join()
    server.server_close()


class TestAnAnswer:
    def test_is_its_status(self, receiver):
        assert outbound.post(f"{receiver}/ok", b"{}", {}).status == 204

    def test_that_leads_elsewhere_is_not_followed(self, receiver):
        assert outbound.post(f"{receiver}/redirect", b"{}", {}).status == 302
        assert Receiver.calls == ["/redirect"]

    def test_without_end_is_read_no_further_than_it_may_be(self, receiver):
        assert outbound.post(f"{receiver}/endless", b"{}", {}).status == 200

    @pytest.mark.parametrize("path", NO_HTTP)
    def test_that_is_none_of_http_is_none(self, receiver, path):
        with pytest.raises(outbound.Unanswered):
            outbound.post(f"{receiver}{path}", b"{}", {})

    def test_after_a_handshake_that_took_all_the_time_is_not_waited_for(self, receiver, monkeypatch):
        monkeypatch.setattr(outbound, "SECONDS", 0.3)
        connect = outbound.HTTPConnection.connect

        def slowly(connection):
            stop.wait(0.6)  # there is no socket yet that one could hang up
            connect(connection)

        monkeypatch.setattr(outbound.HTTPConnection, "connect", slowly)

        with pytest.raises(outbound.Unanswered, match="in time"):
            outbound.post(f"{receiver}/slow", b"{}", {})
        assert Receiver.calls == []

    def test_that_drips_is_hung_up_on(self, receiver, monkeypatch):
        monkeypatch.setattr(outbound, "SECONDS", 0.5)
        began = time.monotonic()

        with pytest.raises(outbound.Unanswered, match="in time"):
            outbound.post(f"{receiver}/slow", b"{}", {})

        assert time.monotonic() - began < 5  # all of it comes in ten
