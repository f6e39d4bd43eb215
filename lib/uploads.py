"""What may be taken in as a file: known by its content, never by its name or by what the sender says of it."""

import codecs
from pathlib import PurePath
from zipfile import BadZipFile, ZipFile

from django.core.files.base import File
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LARGEST = 20 * 1024 * 1024
"""How many bytes a file has at most."""

_BEGINNINGS = {
    "pdf": lambda head: head.startswith(b"%PDF-"),
    "png": lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"),
    "jpg": lambda head: head.startswith(b"\xff\xd8\xff"),
    "webp": lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP",
}
_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
_TEXTS = ("txt", "csv")
_SAME = {"jpeg": "jpg"}
TYPES = (*_BEGINNINGS, *_PARTS, *_TEXTS)
ACCEPTED = ",".join(f".{each}" for each in (*TYPES, *_SAME))
"""For the attribute `accept` of a file field."""

IN_WORDS = gettext_lazy("PDF, JPG, PNG, WebP, DOCX, XLSX, TXT or CSV")


class Unfit(Exception):
    """A file that is not taken in, with a stable code and words for a person."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


def recognise(file: File, name: str) -> str:
    """The type of a file, one of TYPES; leaves the file at its start.

    Raises Unfit when it is empty, too large, of another type, or not what the ending of its `name` says.
    """
    if not file.size:
        raise Unfit("empty", _("“%(name)s” is empty.") % {"name": name})
    if file.size > LARGEST:
        raise Unfit(
            "too_large",
            _("“%(name)s” is larger than %(most)d MB.") % {"name": name, "most": LARGEST // 1024**2},
        )
    ending = PurePath(name).suffix.lower().lstrip(".")
    ending = _SAME.get(ending, ending)
    try:
        found = _read(file)
    finally:
        file.seek(0)
    if found not in TYPES or ending not in TYPES:
        raise Unfit(
            "unknown_type",
            _("“%(name)s” is not of a type taken here: %(types)s.") % {"name": name, "types": IN_WORDS},
        )
    if ending != found and not (ending in _TEXTS and found in _TEXTS):
        raise Unfit(
            "not_what_it_says",
            _("“%(name)s” is not what its ending says: its content is %(type)s.")
            % {"name": name, "type": found.upper()},
        )
    return ending


def _read(file: File) -> str:
    """The type that the content shows, or nothing."""
    file.seek(0)
    head = file.read(12)
    for name, begins in _BEGINNINGS.items():
        if begins(head):
            return name
    if head.startswith(b"PK\x03\x04"):
        return _office(file)
    return "txt" if _is_text(file) else ""


def _office(file: File) -> str:
    try:
        with ZipFile(file) as package:
            parts = set(package.namelist())
    except (BadZipFile, OSError, ValueError, NotImplementedError):
        return ""
    if any(part.lower().endswith("vbaproject.bin") for part in parts):  # a program, not a document
        return ""
    return next((name for name, part in _PARTS.items() if part in parts), "")


def _is_text(file: File) -> bool:
    """Whether all of it is UTF-8 without control characters but those of lines, tabs and pages."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    file.seek(0)
    try:
        while chunk := file.read(64 * 1024):
            if any(each < " " and each not in "\t\n\r\f" for each in decoder.decode(chunk)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
