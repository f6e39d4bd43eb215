"""Who signed, as official texts end: «For the Association: (sd.) Jeanne Exemple»."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from agreements.services.placing import Become
from agreements.services.reading.facts import Facts
from agreements.services.reading.findings import Finding

_SIGNED = re.compile(r"\((?:sd?|signe|signed)\.?\)\s*|(?<!\w)(?:signe|signed) ?: ?")
_FOR = re.compile(r"(?:for|pour) \*?(?:the |la |le |l')?$")
# A name is set in capitals or not, with initials; what is glued to it begins the words of the next party.
_NEXT = r"(?:For|Pour|The|Le|La)\b"
_PART = (
    rf"(?:(?!{_NEXT})(?:[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ'’-]*\.?(?![a-zà-öø-ÿ])|[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ'’-]+\.?(?!\w)))"
)
_NAME = re.compile(rf"{_PART}(?: (?:(?:de|van|von|al|el|ben|bin|ibn|ould) )?{_PART}){{1,7}}")


def signatories(facts: Facts) -> Iterator[Finding]:
    """Each name behind the mark of a signature, for the party that is named before it."""
    text, names, after = facts.text, [], 0
    for mark in text.each(_SIGNED):
        party = next(
            (
                each.org
                for each in reversed(facts.bodies.within(after, mark.start()))
                if each.org.party and _FOR.search(text.level, max(after, each.start - 12), each.start)
            ),
            None,
        )
        name = _NAME.match(text.words, mark.end())
        after = mark.end()
        if not party or not name:
            continue
        told = text.plain(name.span())
        names.append(told)
        yield facts.made(
            Become.SIGNATORY,
            name.span(),
            "signatories",
            _("“%(name)s” signed for “%(party)s”.") % {"name": told, "party": party.label},
            of=(party.as_party,),
            said={"name": told},
            order=56,
        )
    facts.says["signatories"] = _("Those who signed: %(names)s.") % {"names": ", ".join(names)}
