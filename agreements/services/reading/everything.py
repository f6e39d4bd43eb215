"""All that the rules find in one source: each finding once, in order."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from agreements.queries.known import Known
from agreements.services.reading.agreed import agreed
from agreements.services.reading.facts import Facts
from agreements.services.reading.findings import Beside, Finding, IfThere, Ref
from agreements.services.reading.profile import profiles
from agreements.services.reading.said import said
from agreements.services.reading.signed import signatories


class Reading:
    """A source read: its `findings`, and in `says` a sentence for each group of them, what accepting it does."""

    def __init__(self, source: Mapping[str, Any], known: Known):
        facts = Facts(source, known)
        self.text = facts.text
        self.findings = list(_findings(facts))
        self.says = facts.says


def _findings(facts: Facts) -> list[Finding]:
    """What others lean on may stand behind them; nothing is taken from what is set aside.

    Of one stretch, what was found first comes first: themes as the words name them.
    """
    found = [*agreed(facts), *said(facts), *signatories(facts), *profiles(facts)]
    found += facts.groups_told.values()
    found += [late for each in found for late in _late(facts, each)]
    once: dict[str, Finding] = {}
    for each in found:
        if each.span[0] < each.span[1] and not facts.text.is_aside(each.span):
            once.setdefault(each.name, each)
    return sorted(once.values(), key=lambda each: (each.order, each.span))


def _late(facts: Facts, finding: Finding) -> Iterator[Finding]:
    """What a finding points at, to be added where that came into the draft after it."""
    for path, value in finding.more:
        if isinstance(value, IfThere):
            yield facts.made(
                Beside.DETAIL,
                finding.span,
                finding.group,
                _("What it leads to is in the draft now: the two belong together."),
                name=f"{path}:{finding.name}",
                of=(finding.name, value.name),
                more=((path, Ref(value.name)),),
                order=80,
                is_late=True,
            )
