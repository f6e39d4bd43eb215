"""What the sources of a draft seem to say besides, as it is offered: group by group, to be accepted or passed over."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from agreements.models import Agreement, Draft
from agreements.queries.known import known
from agreements.services import reading
from agreements.services.reading import Proposal

READ_BY_RULE = 60_000
"""How many characters a text has at most to be read by rule: longer ones are read by people alone."""


@dataclass(frozen=True)
class Offer:
    """Proposals that belong together, of one source: what accepting them does, in a sentence."""

    source: str
    group: str
    says: str
    proposals: list[Proposal] = field(default_factory=list)

    @property
    def named(self) -> list[tuple[str, Proposal]]:
        return [(name_of(each), each) for each in self.proposals]

    @property
    def sentences(self) -> list[int]:
        return sorted({each.sentence for each in self.proposals if each.sentence})


def name_of(proposal: Proposal) -> str:
    """What one proposal is asked for by."""
    return f"{proposal.choice.become}:{proposal.words.start}:{proposal.words.end}"


def offers(draft: Draft, actor) -> list[Offer]:
    """What is offered now; nothing of a very long text. Nine queries a source."""
    found: dict[tuple[str, str], Offer] = {}
    for source in draft.content.get("sources", ()):
        if len(source["text"]) > READ_BY_RULE:
            continue
        registry = known(source["text"], Agreement.objects.visible_to(actor))
        for each in reading.propose(draft.content, source["key"], registry):
            key = source["key"], each.group
            found.setdefault(key, Offer(*key, each.says or each.why)).proposals.append(each)
    return list(found.values())


def chosen(draft: Draft, actor, *, source: str, group: str, sentence: str, one: str) -> Iterator[Proposal]:
    """The proposals of a source that are asked for: by their group, their sentence, or one by its name."""
    if not (group or sentence or one):
        return
    for offer in offers(draft, actor):
        for each in offer.proposals if offer.source == source else ():
            names = ((group, each.group), (sentence, str(each.sentence)), (one, name_of(each)))
            if all(asked in ("", name) for asked, name in names):
                yield each
