"""An optional virus scanner, asked about every file before it is kept: the setting UPLOAD_SCANNER.

A command line takes the file on its standard input and ends with 0 (clean) or 1 (something found), as
`clamdscan --no-summary -` does. A dotted path names a function that takes the open file and returns whether it is
clean. Whatever else happens means that the scanner is not there: then no file is taken in.
"""

import logging
import os
import re
import shlex
import subprocess

from django.conf import settings
from django.core.files.base import File
from django.utils.module_loading import import_string

SECONDS = 60
"""How long a scanner may take."""

_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")
logger = logging.getLogger(__name__)


class Infected(Exception):
    """The scanner found something."""


class Unavailable(Exception):
    """There is a scanner, and it does not answer."""


def scan(file: File) -> bool:
    """Whether there is a scanner; it found the file clean. Raises Infected or Unavailable."""
    asked = settings.UPLOAD_SCANNER
    if not asked:
        return False
    file.seek(0)
    try:
        clean = import_string(asked)(file) if _DOTTED.fullmatch(asked) else _run(shlex.split(asked), file)
    except Exception as error:  # a scanner is somebody else's: nothing it does may let a file in unscanned
        logger.exception("The scanner %s does not answer", asked)
        raise Unavailable from error
    if not clean:
        raise Infected
    return True


def _run(command: list[str], file: File) -> bool:
    answer = subprocess.run(  # noqa: S603 – the installation's own words, never a visitor's
        command,
        input=file.read(),
        capture_output=True,
        timeout=SECONDS,
        env={"PATH": os.defpath},
        check=False,
    )
    said = answer.stdout.decode(errors="replace").strip()[:500]
    if answer.returncode not in {0, 1}:
        raise OSError(f"status {answer.returncode}: {said} {answer.stderr.decode(errors='replace')[:500]}")
    if answer.returncode:
        logger.warning("A file was refused by the scanner: %s", said)
    return answer.returncode == 0
