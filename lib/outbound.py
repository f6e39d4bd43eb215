"""Requests that the registry makes to addresses of strangers, and the ones it refuses to make.

Whoever names an address could name one of the registry's own network. So the name is resolved once, every answer must
be a public address, and the connection goes to the very address that was looked at: a second answer of the name server
changes nothing. No proxy, no redirect, no credentials; limited in time and size. Asked when an address is saved, and
again each time it is called.
"""

import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

LONGEST = 2000
SECONDS = 10
"""For a whole request, from the name server to the last byte of the answer, however slowly it comes."""
MOST_READ = 64 * 1024
"""Bytes of an answer."""

# What Python calls global and is not the internet: NAT64, 6to4 and its relays, Teredo, SRv6, shared address space.
_NOT_PUBLIC = [
    ipaddress.ip_network(each)
    for each in (
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "192.88.99.0/24",
        "5f00::/16",
        "2002::/16",
        "2001::/23",
        "100.64.0.0/10",
        "::/96",
        "fec0::/10",
    )
]
_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)", re.IGNORECASE)
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.IGNORECASE)


class Blocked(ValueError):
    """The registry does not call this address. Its words are for people."""


class NotFound(Blocked):
    """The name is unknown, or its name server does not answer: it may be known later."""


class Unanswered(Exception):
    """The other side could not be reached, or did not answer in time and form."""


@dataclass(frozen=True)
class Address:
    """An address that may be called, and where it leads."""

    scheme: str
    host: str
    port: int
    path: str
    ips: tuple[str, ...]

    @property
    def netloc(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = 443 if self.scheme == "https" else 80
        return host if self.port == usual else f"{host}:{self.port}"


@dataclass(frozen=True)
class Answer:
    """What came back: the HTTP status, and how long it took."""

    status: int
    milliseconds: int


def looked_at(url: str, *, resolve=None) -> Address:
    """The address `url` names, resolved and found public. Raises Blocked, in words, for any other.

    Takes no longer than an attempt, whatever the name server does.
    """
    scheme, host, port, path = _parsed(url)
    look_up = resolve or socket.getaddrinfo
    try:
        told = _within(SECONDS, lambda: look_up(host, port, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError) as error:
        raise NotFound(_("The name of this address leads nowhere.")) from error
    ips = tuple(dict.fromkeys(each[4][0] for each in told))
    if not ips or not all(_is_public(each) for each in ips):
        raise Blocked(_("This address leads into a private network."))
    return Address(scheme, host, port, path, ips)


def _within(seconds: float, work: Callable):
    """What `work` gives. Raises TimeoutError when it takes longer: it is left to end by itself.

    Nobody can hang up on the system's resolver, which gives up after half a minute or so.
    """
    done: Future = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:
            done.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return done.result(seconds)


def _parsed(url: str) -> tuple[str, str, int, str]:
    if len(url) > LONGEST or not url.isascii() or re.search(r"[\s\\\x00-\x1f\x7f]", url):
        raise Blocked(_("Write the address in ASCII, without spaces."))
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Blocked(_("This is no address.")) from error
    if parts.scheme != "https" and not (parts.scheme == "http" and settings.OUTBOUND_DEVELOPMENT):
        raise Blocked(_("The address must begin with https://."))
    if "@" in parts.netloc:
        raise Blocked(_("Leave name and password out of the address: the signature says who calls."))
    if parts.fragment or url.endswith("#"):
        raise Blocked(_("Leave out what stands after the #: it is never sent."))
    port = port if port is not None else (443 if parts.scheme == "https" else 80)
    if port != 443 and port < 1024 and not settings.OUTBOUND_DEVELOPMENT:
        raise Blocked(_("Port 443, or one from 1024 on."))
    if not _is_a_host(host):
        raise Blocked(_("This is no name of a host, nor an IP address in its usual form."))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, host, port, path


def _is_a_host(host: str) -> bool:
    """A name, or an IP address as everybody writes it: no octal, no hexadecimal, no shortened form, no zone."""
    if ":" in host:
        with suppress(ValueError):
            return "%" not in host and bool(ipaddress.IPv6Address(host))
        return False
    labels = host.removesuffix(".").split(".")
    if all(_NUMBER.fullmatch(each) for each in labels) or _NUMBER.fullmatch(labels[-1]):
        with suppress(ValueError):
            return bool(ipaddress.IPv4Address(host))
        return False
    return len(host) <= 253 and all(_LABEL.fullmatch(each) for each in labels)


def _is_public(ip: str) -> bool:
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:  # with a zone: link-local
        return False
    if settings.OUTBOUND_DEVELOPMENT and address.is_loopback:
        return True
    address = getattr(address, "ipv4_mapped", None) or address
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in each for each in _NOT_PUBLIC if each.version == address.version)
    )


def post(url: str, body: bytes, headers: Mapping[str, str], *, resolve=None) -> Answer:
    """Send `body`, and read the answer's status. Raises Blocked before anything leaves; Unanswered for no answer.

    A redirect is an answer like any other: it is not followed.
    """
    began = time.monotonic()
    address = looked_at(url, resolve=resolve)
    left = max(0.01, began + SECONDS - time.monotonic())
    connection = _connection(address, left)
    late = threading.Event()
    line: socket.socket | None = None  # the connection forgets it as soon as an answer begins

    def hang_up() -> None:
        late.set()
        with suppress(OSError):
            if line:
                line.shutdown(socket.SHUT_RDWR)

    watch = threading.Timer(left, hang_up)
    watch.daemon = True
    watch.start()
    try:
        connection.connect()
        line = connection.sock
        if late.is_set():  # a handshake cannot be hung up on, and nobody would hang up again
            raise TimeoutError
        connection.request(
            "POST",
            address.path,
            body=body,
            headers={**headers, "Host": address.netloc, "Connection": "close"},
            preload_content=False,
        )
        answer = connection.getresponse()
        answer.read(MOST_READ, decode_content=False)
        if late.is_set():
            raise TimeoutError
        return Answer(answer.status, round((time.monotonic() - began) * 1000))
    except (HTTPError, HTTPException, OSError, ValueError) as error:
        if late.is_set():
            raise Unanswered("no whole answer in time") from error
        raise Unanswered(_why(error)) from error
    finally:
        watch.cancel()
        connection.close()


def _connection(address: Address, seconds: float) -> HTTPConnection:
    """To the first of the addresses that were looked at; the certificate is asked for the name."""
    ip = address.ips[0]
    if address.scheme == "http":
        return HTTPConnection(ip, address.port, timeout=seconds)
    return HTTPSConnection(
        ip,
        address.port,
        timeout=seconds,
        ssl_context=ssl.create_default_context(),
        server_hostname=address.host,
        assert_hostname=address.host,
    )


def _why(error: Exception) -> str:
    """What went wrong, without addresses of ours and without what the other side wrote."""
    causes = {
        type(each).__name__ for each in (error, error.__cause__, getattr(error, "reason", None)) if each
    }
    if causes & {"SSLCertVerificationError", "SSLError", "CertificateError"}:
        return "the certificate is not good"
    if causes & {"ConnectTimeoutError", "ReadTimeoutError", "TimeoutError"}:
        return "no answer in time"
    if causes & {"ConnectionRefusedError", "NewConnectionError"}:
        return "no connection"
    return "the connection broke off"
