"""Plain text, one page."""

from typing import BinaryIO

from lib import encodings
from lib.extracting.limits import Budget


def read(file: BinaryIO, budget: Budget) -> None:
    text, encoding = encodings.decode(file.read())
    budget.encoding = encoding
    if encoding.startswith("cp"):
        budget.note("guessed_encoding")
    if len(text) > budget.left:
        budget.note("truncated")
    budget.add(text.replace("\r\n", "\n").replace("\r", "\n"))
