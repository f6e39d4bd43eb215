"""What a form or an address sends, read without trusting it: what cannot be read is nothing."""

from uuid import UUID


def key(words: str | None) -> UUID | None:
    """The key of a record.

    >>> key("nonsense") is None
    True
    """
    try:
        return UUID(words or "")
    except ValueError:
        return None


def number(words: str | None) -> int | None:
    """A whole number of at most nine digits.

    >>> number("12"), number("-1"), number("१२"), number(None)
    (12, None, None, None)
    """
    is_number = words and words.isascii() and words.isdigit() and len(words) < 10
    return int(words) if is_number else None
