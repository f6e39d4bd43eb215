"""Records that are set aside as duplicates, and what is shown for them."""

from agreements.models import Agreement
from lib import sent


def stands_for(agreement: Agreement) -> Agreement:
    """The record that is shown for `agreement`; itself, when it is no duplicate."""
    while agreement.duplicate_of_id is not None:
        agreement = agreement.duplicate_of
    return agreement


def duplicate(actor, **sought) -> Agreement | None:
    """The duplicate that is `sought`, by number or key, if `actor` might read it were it none; else None."""
    found = Agreement.objects.open_to(actor).filter(duplicate_of__isnull=False)
    return found.select_related("duplicate_of").filter(**sought).first()


def shown_for(agreement: Agreement, *, actor) -> Agreement | None:
    """What is shown for a duplicate; None when `actor` may not read that: then nothing may tell of either."""
    return Agreement.objects.visible_to(actor).filter(pk=stands_for(agreement).pk).first()


def formerly(agreement: Agreement, code: str) -> Agreement | None:
    """The duplicate with this number that led a reader to `agreement`; no query without a number."""
    number = Agreement.number_of(code) if code else None
    found = Agreement.objects.filter(number=number, duplicate_of__isnull=False).first() if number else None
    return found if found and stands_for(found) == agreement else None


def kept_for(key: str, *, actor) -> Agreement | None:
    """What is shown for the duplicate with this key; None when there is none that `actor` may know of."""
    found = duplicate(actor, pk=sent.key(key))
    return found and shown_for(found, actor=actor)
