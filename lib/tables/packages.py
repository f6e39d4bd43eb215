"""A workbook is a packed folder of XML: opened and unpacked within limits, whatever it claims of itself."""

import struct
import zlib
from collections.abc import Callable, Iterator
from typing import IO
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from django.utils.translation import gettext as _

from lib.tables.shapes import LONGEST_LINE, Unreadable

ENTRIES = 5_000
"""How many files are packed in it at most."""
UNPACKED = 1024 * 1024 * 1024
"""How many bytes all of it has unpacked; a sheet is read as it is unpacked, never kept."""
RATIO = 100
"""How many times larger XML is unpacked than packed; real sheets are 5 to 30 times larger."""
_SMALL = 1024 * 1024
"""Below this size the ratio does no harm."""
_DEPTH = 64
_CHUNK = 64 * 1024
_DIRECTORY = 4 * 1024 * 1024
"""How many bytes the list of what is packed has at most: it is read whole."""
_DAMAGED = (
    BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    KeyError,
    NotImplementedError,
    struct.error,
)


def damaged() -> Unreadable:
    return Unreadable(
        "damaged", _("The workbook is damaged: open it in a spreadsheet program and save it anew.")
    )


def _bomb() -> Unreadable:
    return Unreadable("too_large_unpacked", _("The workbook is too large once it is unpacked."))


def open_package(file: IO[bytes]) -> ZipFile:
    """The package in `file`, of which nothing is unpacked yet. Raises Unreadable beyond the limits."""
    if _directory_size(file) > _DIRECTORY:
        raise _bomb()
    try:
        package = ZipFile(file)
    except _DAMAGED as fault:
        raise damaged() from fault
    entries = package.infolist()
    if len(entries) > ENTRIES or sum(each.file_size for each in entries) > UNPACKED:
        raise _bomb()
    for each in entries:
        if each.flag_bits & 1:
            raise Unreadable("encrypted", _("The workbook is protected by a password: save it without one."))
        written = each.filename.lower().endswith((".xml", ".rels"))
        if written and each.file_size > max(_SMALL, RATIO * each.compress_size):
            raise _bomb()
    return package


def _directory_size(file: IO[bytes]) -> int:
    """How many bytes the list of entries claims, by the same records that ZipFile goes by."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 66_000))
    tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        raise damaged()
    claimed = struct.unpack_from("<L", tail, end + 12)[0]
    longer = end - 20 - 56
    if longer >= 0 and tail[longer : longer + 4] == b"PK\x06\x06":
        claimed = struct.unpack_from("<Q", tail, longer + 40)[0]
    return claimed


def unpack(package: ZipFile, part: str) -> Iterator[bytes]:
    """The content of a part in chunks. Raises Unreadable where it is damaged, or more than it claims."""
    try:
        entry = package.getinfo(part)
        if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise damaged()
        unpacked = 0
        with package.open(entry) as content:
            while chunk := content.read(_CHUNK):
                unpacked += len(chunk)
                if unpacked > max(_SMALL, RATIO * entry.compress_size) or unpacked > UNPACKED:
                    raise _bomb()
                yield chunk
    except _DAMAGED as fault:
        raise damaged() from fault


class Handler:
    """What is done in one part: at tags that open, at tags that close, by their names without prefix, and with text."""

    def __init__(self):
        self.opens: dict[str, Callable[[dict[str, str]], None]] = {}
        self.closes: dict[str, Callable[[], None]] = {}

    def characters(self, text: str) -> None:
        """Text between tags; may come in several pieces."""


def parse(chunks: Iterator[bytes], handler: Handler) -> Iterator[None]:
    """Read XML bit by bit, pausing after each. Raises Unreadable where it is none, or does what no workbook does."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = _at_tags(handler)
    parser.CharacterDataHandler = handler.characters
    parser.StartDoctypeDeclHandler = _no_doctype
    fed = 0
    try:
        for chunk in chunks:
            parser.Parse(chunk)
            fed += len(chunk)
            # What has begun and is not over is kept by the parser: a tag or a comment of any length.
            if fed - max(0, parser.CurrentByteIndex) > LONGEST_LINE:
                raise damaged()
            yield
        parser.Parse(b"", True)
        yield
    except expat.ExpatError as fault:
        raise damaged() from fault


def _at_tags(handler: Handler) -> tuple[Callable, Callable]:
    """Both handlers of tags. Names are looked up once with their prefix; tags within tags go only so deep."""
    opens: dict[str, Callable | None] = {}
    closes: dict[str, Callable | None] = {}
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEPTH:
            raise damaged()
        if name not in opens:
            if len(opens) > ENTRIES:
                raise damaged()
            bare = name.rpartition(":")[2]
            opens[name], closes[name] = handler.opens.get(bare), handler.closes.get(bare)
        act = opens[name]
        if act:
            act(attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        act = closes[name]
        if act:
            act()

    return start, end


def _no_doctype(*_parts) -> None:
    """Entities are declared there, which grow without end or read other files."""
    raise Unreadable(
        "entities", _("The workbook declares entities, as no spreadsheet program does: it is not read.")
    )
