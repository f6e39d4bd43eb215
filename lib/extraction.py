"""The text of a document that came in, read by a process of its own within limits: a bomb ends there.

A PDF is read page by page, a DOCX and plain text as one page. Nothing is put right: words broken at the end of a line
stay broken, spelling stays as it is. What is changed is this, and no more, so that an exact quote can be taken from
the text that is stored: ends of lines become `\\n`; letters become NFC (`é` is one character, however the file wrote
it); of a PDF, the shapes and joined pairs of letters become plain letters, no-break spaces become spaces, and unseen
marks of direction go. Images have no text: a person types it beside the scan.
"""

import json
import logging
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from itertools import accumulate

from django.conf import settings
from django.core.files.base import File
from django.utils.translation import gettext_lazy as _

from lib.extracting.limits import BYTES_OF_ANSWER, SECONDS

PATIENCE = 2 * SECONDS
"""Seconds by the clock, on a machine that is busy."""

COMMAND = [sys.executable, "-E", "-s", "-X", "utf8", "-m", "lib.extracting"]
READABLE = frozenset({"pdf", "docx", "txt", "csv"})
BETWEEN_PAGES = "\n\n"

WORDS = {
    "no_text_layer": _("There is no text in this file, only pictures of it: type the text beside the scan."),
    "no_text": _("A picture has no text: type it beside the scan."),
    "encrypted": _("This file is protected by a password: its text cannot be read."),
    "damaged": _("This file is damaged: its text cannot be read, or not all of it."),
    "truncated": _("This file says more than is read at once: the end of its text is missing."),
    "too_heavy": _("This file takes too much to read: its text is not taken from it."),
    "unreadable_letters": _(
        "Some letters of this file cannot be read: compare the text with the page, and type what is missing."
    ),
    "guessed_encoding": _("This file does not say how its letters are written: look whether they are right."),
}
"""Each note on a text, in words."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Extracted:
    """What was read. `count` is how many pages the file has, None where a file of its type has none.

    `notes` are codes, keys of WORDS; `encoding` is that of plain text.
    """

    pages: tuple[str, ...] = ()
    count: int | None = None
    notes: tuple[str, ...] = ()
    encoding: str = ""

    @property
    def text(self) -> str:
        return BETWEEN_PAGES.join(self.pages)

    @property
    def starts(self) -> list[int]:
        """Where in `text` each page begins, in characters."""
        steps = (len(each) + len(BETWEEN_PAGES) for each in self.pages)
        return list(accumulate(steps, initial=0))[:-1]

    @property
    def warnings(self) -> list[str]:
        """The notes in the words of the reader's language."""
        return [str(WORDS[each]) for each in self.notes]


def extract(file: File, type: str) -> Extracted:
    """The text of a file of one of `uploads.TYPES`; what is wrong with it is told by notes. Leaves it at its start."""
    return _read(file, type) if type in READABLE else Extracted(notes=("no_text",))


def count(file: File, type: str) -> int | None:
    """How many pages a file has; None where that cannot be told. Leaves it at its start."""
    return _read(file, type, "count").count if type == "pdf" else None


def _read(file: File, type: str, what: str = "text") -> Extracted:
    file.seek(0)
    content = file.read()
    file.seek(0)
    with (
        tempfile.TemporaryFile() as answer
    ):  # not a pipe: its size is limited, so that no answer can be too long
        try:
            ended = subprocess.run(  # noqa: S603 – our own program, and a type we know
                [*COMMAND, type, what],
                input=content,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                timeout=PATIENCE,
                cwd=settings.BASE_DIR,
                env={},
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Extracted(notes=("too_heavy",))
        except BrokenPipeError:
            return Extracted(notes=("damaged",))
        answer.seek(0)
        try:
            told = json.loads(answer.read(BYTES_OF_ANSWER + 1)) if ended.returncode == 0 else None
        except ValueError:
            told = None
    if told is None:
        logger.info("Reading a %s ended with status %s", type, ended.returncode)
        return Extracted(notes=("too_heavy",))
    return Extracted(tuple(told["pages"]), told["count"], tuple(told["notes"]), told["encoding"])
