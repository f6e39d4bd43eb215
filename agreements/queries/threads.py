"""What is said about the places of a record: by place, what is open and what is settled."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from agreements.models import Agreement, Draft, ReviewComment


@dataclass
class Thread:
    """The comments at one place, in their order."""

    open: list[ReviewComment] = field(default_factory=list)
    settled: list[ReviewComment] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.open) + len(self.settled)


def comments_on(about: Agreement | Draft) -> QuerySet:
    """Those about a record; of a draft also those for which its record came back to its author."""
    if not isinstance(about, Draft):
        return about.comments.filter(draft=None)
    mine = Q(draft=about)
    if about.agreement_id and about.agreement.editorial_state == Agreement.EditorialState.DRAFT:
        mine |= Q(draft=None, agreement=about.agreement_id)
    return ReviewComment.objects.filter(mine)


def threads(
    said: Iterable[ReviewComment], place: Callable[[str], str] = lambda path: path
) -> Mapping[str, Thread]:
    """The comments by their `place`; asked for one that nothing is said about, an empty thread."""
    found: dict[str, Thread] = defaultdict(Thread)
    for each in said:
        thread = found[place(each.path)]
        (thread.open if each.settled_at is None else thread.settled).append(each)
    return found


def read(about: Agreement | Draft) -> list[ReviewComment]:
    """All that is said, oldest first, with who said and who settled it: one query."""
    return list(comments_on(about).select_related("by", "settled_by").in_order())
