"""What a form or an address sends, read without trusting it: what cannot be read is nothing."""

from uuid import UUID


def key(given: str | None) -> UUID | None:
    """The key of a record.

    >>> key("nonsense") is None
    True
    """
    try:
        return UUID(given or "")
    except ValueError:
        return None


def words(typed: str | None) -> str:
    r"""A text, without null characters: no database holds them, and nobody types them.

    >>> words("a\x00b"), words(None)
    ('ab', '')
    """
    return (typed or "").replace("\x00", "")


def number(given: str | None) -> int | None:
    """A whole number of at most nine digits.

    >>> number("12"), number("-1"), number("१२"), number(None)
    (12, None, None, None)
    """
    is_number = given and given.isascii() and given.isdigit() and len(given) < 10
    return int(given) if is_number else None
