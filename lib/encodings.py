"""Plain text that comes as bytes: which letters they are."""

import re

_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
# In Windows' Arabic letters, words are runs of these; in French ones, an accent stands among ASCII letters.
_ARABIC = re.compile("[\u0621-\u064a]")
_ARABIC_WORD = re.compile("[\u0621-\u064a]{2,}")


class NotText(ValueError):
    """Bytes that are no text in any encoding known here."""


def decode(content: bytes) -> tuple[str, str]:
    """The text and the encoding it was in: utf-8, utf-16, cp1252 or cp1256; its marks at the start are left out.

    The first two are certain, the others guessed. Raises NotText, also for a text that holds control characters
    other than those of lines, tabs and pages.
    """
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            return _checked(content, encoding)
    try:
        return _checked(content, "utf-8")
    except NotText:
        return _checked(content, _windows(content))


def is_text(content: bytes) -> bool:
    try:
        decode(content)
    except NotText:
        return False
    return True


def _windows(content: bytes) -> str:
    """Arabic letters as whole words mean cp1256. It has the small letters of French too, but not the capitals."""
    arabic = content.decode("cp1256", errors="replace")
    in_words = sum(len(each) for each in _ARABIC_WORD.findall(arabic))
    return "cp1256" if in_words and in_words >= 0.8 * len(_ARABIC.findall(arabic)) else "cp1252"


def _checked(content: bytes, encoding: str) -> tuple[str, str]:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise NotText(encoding) from error
    if _NOT_TEXT.search(text):
        raise NotText(encoding)
    return text, encoding.removesuffix("-sig")
