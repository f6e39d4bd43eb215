"""Characters that files cannot hold."""

import re

# Control characters but tab and the ends of lines, lone surrogates, and two that are none: XML 1.0 cannot say them.
_REFUSED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def printable(words: str) -> str:
    """`words` with each character that XML, spreadsheets and calendars refuse replaced by U+FFFD, for all to see.

    >>> printable("one\\x07two")
    'one\ufffdtwo'
    """
    return _REFUSED.sub("\ufffd", words)
