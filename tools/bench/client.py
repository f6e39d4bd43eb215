"""The asking side, a process of its own so that its work is not counted: `python -m tools.bench.client < spec`.

A spec is JSON: `port`, `clients`, `seconds`, and `requests`, a list of `[method, path, headers, body]`, asked one after
another by each client over one connection; `least` are requests that are asked however long they take. `{unique}` in a
request is another word each time. Standard output is JSON: the milliseconds of every answer, how many bytes an answer
has, and what was not answered with 200 or 201.
"""

import json
import socket
import sys
import threading
import time
from collections import Counter
from uuid import uuid4

UNIQUE = b"{unique}"
PATIENCE = 60
"""Seconds to wait for an answer."""


def written(method: str, path: str, headers: dict[str, str], body: str) -> bytes:
    """A request as it goes over the wire."""
    content = body.encode()
    told = {"Host": "localhost", "Accept-Language": "en", **headers}
    if content:
        told |= {"Content-Type": "application/json", "Content-Length": str(len(content))}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


class Connection:
    """One connection that is kept; opened again where the server has closed it."""

    def __init__(self, port: int):
        self.port = port
        self.socket: socket.socket | None = None
        self.rest = b""

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """The status and the body of the answer."""
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.rest = b""
        self.socket.sendall(request)
        head = self._until(b"\r\n\r\n").lower()
        status = int(head.split(b" ", 2)[1])
        _name, length, rest = head.partition(b"content-length:")
        if not length:
            raise RuntimeError(f"an answer of unknown length: {head.decode(errors='replace')}")
        body = self._take(int(rest.split(b"\r\n", 1)[0]))
        if b"connection: close" in head:
            self.close()
        return status, body

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
        self.socket = None

    def _until(self, mark: bytes) -> bytes:
        while mark not in self.rest:
            self._more()
        head, _mark, self.rest = self.rest.partition(mark)
        return head + b"\r\n"

    def _take(self, length: int) -> bytes:
        parts, held = [self.rest], len(self.rest)
        while held < length:
            part = self.socket.recv(1 << 18)
            if not part:
                raise ConnectionError("the server closed in the middle of an answer")
            parts.append(part)
            held += len(part)
        whole = b"".join(parts)
        self.rest = whole[length:]
        return whole[:length]

    def _more(self) -> None:
        part = self.socket.recv(1 << 16)
        if not part:
            raise ConnectionError("the server closed before it answered")
        self.rest += part


def run(spec: dict) -> dict:
    """What the answers to a spec took and held."""
    requests = [written(*each) for each in spec["requests"]]
    times: list[list[float]] = [[] for _client in range(spec["clients"])]
    held: list[int] = []
    wrong: Counter[str] = Counter()
    start = time.perf_counter()
    until = start + spec["seconds"]
    least = spec.get("least", 0)

    def ask(client: int) -> None:
        connection, place = Connection(spec["port"]), client
        mine = times[client]
        try:
            while time.perf_counter() < until or place < least:
                request = requests[place % len(requests)]
                if UNIQUE in request:
                    request = request.replace(UNIQUE, uuid4().hex.encode())
                begun = time.perf_counter()
                status, body = connection.ask(request)
                mine.append((time.perf_counter() - begun) * 1000)
                if status not in (200, 201):
                    wrong[f"{status} {body[:300].decode(errors='replace')}"] += 1
                if client == 0:
                    held.append(len(body))
                place += spec["clients"]
        except (OSError, RuntimeError) as error:
            wrong[str(error)] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(each,)) for each in range(spec["clients"])]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return {
        "milliseconds": [each for mine in times for each in mine],
        "seconds": time.perf_counter() - start,
        "bytes": sum(held) // len(held) if held else 0,
        "wrong": dict(wrong),
    }


if __name__ == "__main__":
    json.dump(run(json.load(sys.stdin)), sys.stdout)
