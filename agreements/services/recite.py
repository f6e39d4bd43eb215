"""Begins a correction that cites a newer text of a source: the older quote stays, and a person decides."""

from typing import Any

from agreements.models import Agreement, Citation, Draft, Source
from agreements.queries import bench, quoted
from agreements.services import drafting
from agreements.services.placing import new_key
from lib import rewording
from lib.sentences import sentence_at, sentences
from organizations.models import User


def begin(
    agreement: Agreement, document: dict[str, Any], citation: Citation, newest: Source, *, by: User
) -> tuple[Draft, str]:
    """A draft of `agreement`, read as `document`, with `newest` among its sources; and the sentence to look at.

    Where the words stand once in the newest text, they are quoted from there at the same fact, beside the older quote.
    Raises what `drafting.reopen` raises.
    """
    draft = drafting.reopen(agreement, document, by=by)
    content = draft.content
    part = quoted.whole_part(newest)
    source = next(
        (each for each in content.get("sources", ()) if str(each.get("id")) == str(newest.pk)), part
    )
    asked: list[tuple[str, Any]] = [] if source is not part else [(f"/sources/{part['key']}", part)]
    places = rewording.places(citation.quote, newest.text)
    fact = bench.cited_at(content, str(citation.pk))
    if len(places) == 1 and fact is not None and not _is_there(content, source["key"], fact, places[0]):
        key, (start, end) = new_key("q"), places[0]
        quote = {"key": key, "source": source["key"], "start": start, "end": end}
        quote |= {"quote": newest.text[start:end], "about": citation.about}
        asked.append((f"{fact}/citations/{key}", quote))
    if asked:
        draft = drafting.change(draft.pk, asked, seen=draft.version, verb="cited_anew", by=by)
    aside = [(each.start, each.end) for each in newest.noise.all() if each.is_furniture]
    found = sentences(newest.text, aside)
    start = places[0][0] if places else min(citation.start, len(newest.text) - 1)
    sentence = sentence_at(found, start)
    return draft, f"{source['key']}:{sentence.number}" if sentence else ""


def _is_there(content: dict[str, Any], source: str, fact: str, place: tuple[int, int]) -> bool:
    return any(
        (each.path, each.start, each.end) == (fact, *place) for each in bench.quotes(content).get(source, ())
    )
