"""Which characters the bytes of a text file stand for.

A byte-order mark or valid UTF-8 decides. The rest is one of the few encodings that spreadsheet programs still write for
French and Arabic, told apart by the letters they would give: general detectors know a hundred encodings and took the
same French files for Central European ones.
"""

import codecs
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import IO

from django.utils.translation import gettext as _

from lib.tables.remarks import Remarks
from lib.tables.shapes import LONGEST_LINE, ROWS, Unreadable

KNOWN = {
    "utf-8": "Unicode (UTF-8)",
    "utf-8-sig": "Unicode (UTF-8, BOM)",
    "utf-16": "Unicode (UTF-16, BOM)",
    "utf-16-le": "Unicode (UTF-16 LE)",
    "utf-16-be": "Unicode (UTF-16 BE)",
    "utf-32": "Unicode (UTF-32, BOM)",
    "cp1252": "Windows-1252",
    "iso8859-15": "ISO 8859-15",
    "mac-roman": "Mac Roman",
    "cp850": "DOS 850",
    "cp1256": "Windows-1256",
    "iso8859-6": "ISO 8859-6",
}
"""Names that Python knows, each as people know it."""

_MARKS = {  # the longer first: UTF-32 begins like UTF-16
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_LATIN = ("cp1252", "mac-roman", "cp850")
_ARABIC = ("cp1256", "iso8859-6")
_USUAL = frozenset("àâäáãéèêëíîïóôöõúùûüçñœæÀÂÄÉÈÊËÎÏÔÖÙÛÜÇŒÆ’‘“”«»–—…•€°ºª§£²³½\u00a0\u202f·×±®©")
_UNUSUAL = -3
_RUN = re.compile(rb"[\xc0-\xff]{3,}")
"""Three letters beside each other that ASCII lacks: a word in Arabic, hardly ever one in French."""
_PIECES = re.compile(rb'([,;\t|"])')
_MAYBE_UTF8 = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")
_ASCII = bytes(range(128))
_CHUNK = 256 * 1024
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ODD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]")
_BINARY = 0.02
"""The share of control characters from which on bytes are no text."""


class Found(StrEnum):
    """How an encoding is known."""

    MARK = "mark"
    """The file begins by saying so."""
    VALID = "valid"
    """No other encoding gives bytes like these."""
    LIKELY = "likely"
    CHOSEN = "chosen"


@dataclass(frozen=True)
class Encoding:
    """One of KNOWN; `other` is that of the pieces which are not written in it, empty when all are."""

    name: str
    found: Found
    other: str = ""


def find(file: IO[bytes]) -> Encoding:
    """How `file` is written. All of it is read, a bit at a time. Raises Unreadable for what is no text."""
    file.seek(0)
    head = file.read(_CHUNK)
    marked = next((name for mark, name in _MARKS.items() if head.startswith(mark)), "")
    if marked and marked != "utf-8-sig":
        return Encoding(marked, Found.MARK)
    if not marked and (wide := _wide(head)):
        return Encoding(wide, Found.VALID)
    text = head.decode("latin-1")
    if len(_CONTROL.findall(text)) > _BINARY * len(text):
        raise Unreadable("not_a_table", _("This is no table: its content is not text."))
    if _is_utf8(file):
        return Encoding(marked or "utf-8", Found.MARK if marked else Found.VALID)
    older, mixed = _older(file)
    if mixed or marked:
        return Encoding(marked or "utf-8", Found.LIKELY, older)
    return Encoding(older, Found.LIKELY)


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: ends of lines, blanks and delimiters leave NULs on every other place."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if even + odd < _BINARY * len(head) or min(even, odd) > 0.1 * max(even, odd):
        return ""
    name = "utf-16-le" if odd > even else "utf-16-be"
    text = head[: len(head) // 2 * 2].decode(name, "replace")
    strange = len(_CONTROL.findall(text)) + text.count("\ufffd")
    return name if strange <= _BINARY * len(text) else ""


def _is_utf8(file: IO[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _byte_lines(file: IO[bytes]) -> Iterator[bytes]:
    """Lines with their ends, for encodings that write these as ASCII does."""
    file.seek(0)
    number, rest = 0, b""
    while chunk := file.read(_CHUNK):
        # The last may go on in the next chunk, were it only by the second half of its end.
        *whole, rest = (rest + chunk).splitlines(keepends=True)
        number += len(whole)
        yield from whole
        if len(rest) > LONGEST_LINE:
            raise _too_long(number + 1)
    if rest:
        yield from rest.splitlines(keepends=True)


def _too_long(line: int) -> Unreadable:
    return Unreadable("line_too_long", _("This line is too long for a table."), line=line)


def _older(file: IO[bytes]) -> tuple[str, bool]:
    """The encoding of the pieces that are not UTF-8, and whether there are others that are."""
    seen: Counter[int] = Counter()
    runs: Counter[str] = Counter()
    mixed = False
    for line in islice(_byte_lines(file), ROWS):
        if line.isascii():
            continue
        pieces = [line]
        if _MAYBE_UTF8.search(line):
            pieces = [each for each in _PIECES.split(line) if not each.isascii()]
            foreign = [each for each in pieces if _as_utf8(each) is None]
            mixed = mixed or len(foreign) < len(pieces)
            pieces = foreign
        for piece in pieces:
            seen.update(piece.translate(None, _ASCII))
            for run in _RUN.findall(piece):
                runs["all"] += len(run)
                runs["cp1256"] += run.count(b"\xc7\xe1")  # the article ال, in one and in the other
                runs["iso8859-6"] += run.count(b"\xc7\xe4")
    if runs["cp1256"] or runs["iso8859-6"] or runs["all"] * 2 > seen.total():
        return max(_ARABIC, key=lambda name: runs[name]), mixed
    return max(_LATIN, key=lambda name: _likeness(name, seen)), mixed


def _likeness(name: str, seen: Counter[int]) -> int:
    """How much the bytes look like French in this encoding."""
    letters = {byte: bytes([byte]).decode(name, "replace") for byte in seen}
    return sum(count if letters[byte] in _USUAL else count * _UNUSUAL for byte, count in seen.items())


def _as_utf8(piece: bytes) -> str | None:
    try:
        return piece.decode()
    except UnicodeDecodeError:
        pass
    try:
        return _SURROGATE.sub("\ufffd", piece.decode("utf-8", "surrogatepass"))
    except UnicodeDecodeError:
        return None


# Lines.


def lines(file: IO[bytes], encoding: Encoding, remarks: Remarks) -> Iterator[str]:
    """The lines of `file` with their ends, whatever ends them. Raises Unreadable for one beyond all measure."""
    found = _mixed_lines(file, encoding, remarks) if encoding.other else _plain_lines(file, encoding)
    for number, line in enumerate(found, start=1):
        if _ODD.search(line):
            if "\ufffd" in line:
                remarks.note("undecodable", number)
            if _ODD.search(line.replace("\ufffd", "")):
                remarks.note("control_characters", number)
                line = "".join(each for each in line if each == "\ufffd" or not _ODD.match(each))
        yield line


def _plain_lines(file: IO[bytes], encoding: Encoding) -> Iterator[str]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding.name, errors="replace", newline="")
    try:
        number = 0
        while line := text.readline(LONGEST_LINE):
            number += 1
            if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
                raise _too_long(number)
            yield line
    finally:
        if not file.closed:
            text.detach()  # or it would close the file, which is not ours


def _mixed_lines(file: IO[bytes], encoding: Encoding, remarks: Remarks) -> Iterator[str]:
    for number, line in enumerate(_byte_lines(file), start=1):
        if number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        text, foreign = _piece_by_piece(line, encoding.other)
        if foreign:
            remarks.note("mixed_encodings", number, encoding=KNOWN[encoding.other])
        yield text


def _piece_by_piece(line: bytes, other: str) -> tuple[str, bool]:
    if line.isascii():
        return line.decode("ascii"), False
    found, foreign = [], False
    for piece in _PIECES.split(line):
        text = _as_utf8(piece)
        if text is None:
            text, foreign = piece.decode(other, "replace"), True
        found.append(text)
    return "".join(found), foreign
