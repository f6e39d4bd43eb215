"""Files that come in: known by their content, never by their name or by what the sender says of them.

What is kept lies under a random name in the data folder, outside of everything that is served, sealed by its hash and
never altered. `lib/downloads.py` gives it out again.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePath
from zipfile import BadZipFile, ZipFile

from django.core.files.base import File
from django.core.files.uploadhandler import FileUploadHandler
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib import encodings, scanning
from lib.identity import new_id
from lib.problems import Fault, Refused

LARGEST = 20 * 1024 * 1024
"""How many bytes a file has at most."""

MOST = 10
"""How many files come at once."""

LONGEST_NAME = 200
"""How many characters of its name are kept."""

_BEGINNINGS = {
    "pdf": lambda head: head.startswith(b"%PDF-"),
    "png": lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"),
    "jpg": lambda head: head.startswith(b"\xff\xd8\xff"),
    "webp": lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP",
}
_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
_TEXTS = ("txt", "csv")
_SAME = {"jpeg": "jpg"}
PICTURES = ("png", "jpg", "webp")
TYPES = (*_BEGINNINGS, *_PARTS, *_TEXTS)
ACCEPTED = ",".join(f".{each}" for each in (*TYPES, *_SAME))
"""For the attribute `accept` of a file field."""

IN_WORDS = gettext_lazy("PDF, JPG, PNG, WebP, DOCX, XLSX, TXT or CSV")

# A package (DOCX, XLSX) that unpacks to more than this is a bomb. Those people write stay far below.
_MOST_PARTS = 5_000
_MOST_UNPACKED = 200 * 1024 * 1024
_MOST_TIMES = 200

# Letters of a name that draw nothing or turn what is drawn: controls, bidi marks, surrogates, line separators.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class Unfit(Exception):
    """A file that is not taken in, with a stable code and words for a person."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Upload:
    """An open file and the name it came with."""

    file: File
    name: str


@dataclass(frozen=True)
class Passed:
    """What was found of a file that may be taken in: its type, one of TYPES, and whether it was scanned."""

    type: str
    scanned: bool


class Quota(FileUploadHandler):
    """Lets no more of a file onto the disk than it takes to see that it is too large; the first in the settings."""

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.taken = 0

    def receive_data_chunk(self, raw_data, start):
        if self.taken > LARGEST:
            return None  # the handlers after this one see nothing of it
        self.taken += len(raw_data)
        return raw_data

    def file_complete(self, file_size):
        return None


# What may be taken in.


def clean_name(name: str) -> str:
    """The name a file came with, as it is kept to be shown: without folders and unseen letters, not too long.

    Its ending stays: a name that is cut is cut before it.
    """
    last = re.split(r"[/\\]", name)[-1]
    seen = "".join(
        each for each in unicodedata.normalize("NFC", last) if unicodedata.category(each) not in _UNSEEN
    )
    seen = seen.strip(" .") or "file"
    ending = PurePath(seen).suffix
    return seen if len(seen) <= LONGEST_NAME else seen[: LONGEST_NAME - len(ending)] + ending


def fit(given: Sequence[Upload], *, pointer: str) -> list[Passed]:
    """What each of the files is. `pointer` leads to one of them by its `{index}`.

    Raises Refused, with every fault, unless all of them may be taken in.
    """
    if len(given) > MOST:
        raise Refused.at(
            pointer.format(index=MOST), "too_many", _("At most %(most)d files at once.") % {"most": MOST}
        )
    passed, faults = [], []
    for index, each in enumerate(given):
        try:
            passed.append(check(each))
        except Unfit as unfit:
            faults.append(Fault(pointer.format(index=index), unfit.code, str(unfit)))
    if faults:
        raise Refused(faults)
    return passed


def check(upload: Upload) -> Passed:
    """Recognise a file, and have it scanned where the installation has a scanner; raises Unfit."""
    name = clean_name(upload.name)
    found = recognise(upload.file, name)
    try:
        scanned = scanning.scan(upload.file)
    except scanning.Infected as error:
        raise Unfit(
            "infected", _("“%(name)s” is refused: the virus scanner found something in it.") % {"name": name}
        ) from error
    except scanning.Unavailable as error:
        raise Unfit(
            "not_scanned",
            _("“%(name)s” cannot be scanned for viruses just now: try again later.") % {"name": name},
        ) from error
    finally:
        upload.file.seek(0)
    return Passed(found, scanned)


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
    if found == "bomb":
        raise Unfit(
            "unpacks_to_too_much", _("“%(name)s” unpacks to far more than a document is.") % {"name": name}
        )
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
    """The type that the content shows, «bomb», or nothing."""
    file.seek(0)
    head = file.read(12)
    for name, begins in _BEGINNINGS.items():
        if begins(head):
            return name
    if head.startswith(b"PK\x03\x04"):
        return _office(file)
    file.seek(0)
    return "txt" if encodings.is_text(file.read()) else ""


def _office(file: File) -> str:
    try:
        with ZipFile(file) as package:
            parts = {each.filename: each for each in package.infolist()}
            if _is_bomb(parts.values()):
                return "bomb"
            kinds = parts.get("[Content_Types].xml")
            said = package.open(kinds).read(1024 * 1024) if kinds else b""
    except (BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return ""
    # A program, not a document: by its part, or by what it says of itself.
    if any(part.lower().endswith("vbaproject.bin") for part in parts) or b"macroenabled" in said.lower():
        return ""
    return next((name for name, part in _PARTS.items() if part in parts), "")


def _is_bomb(parts) -> bool:
    """By the package's own directory, which may lie: whoever unpacks counts again."""
    sizes = [(each.file_size, max(each.compress_size, 1)) for each in parts]
    return (
        len(sizes) > _MOST_PARTS
        or sum(size for size, _packed in sizes) > _MOST_UNPACKED
        or any(size > 1024**2 and size / packed > _MOST_TIMES for size, packed in sizes)
    )


# What is kept.


def random_path(folder: str) -> str:
    """A name that nobody can guess, without ending, in a folder of the data folder."""
    return f"{folder}/{new_id().hex}"


def digest(file: File) -> str:
    """SHA-256 of an open file, in hex; leaves the file at its start."""
    found = hashlib.sha256()
    for chunk in file.chunks():
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()


@contextmanager
def stored() -> Iterator[Callable[[models.Model, Upload], None]]:
    """Yields `keep(row, upload)`, which seals and stores the upload and inserts its row (`file`, `name`, `sha256`).

    To be opened around the transaction of the write: whatever ends that badly takes the files off the disk again. (A
    transaction around both that is taken back later cannot: files know no transactions.)
    """
    written = []

    def keep(row: models.Model, upload: Upload) -> None:
        row.name, row.sha256 = clean_name(upload.name), digest(upload.file)
        row.full_clean(exclude=["file"])
        row.file.save(row.name, upload.file, save=False)
        written.append(row.file)
        row.save(force_insert=True)

    try:
        yield keep
    except BaseException:
        for each in written:
            each.storage.delete(each.name)
        raise
