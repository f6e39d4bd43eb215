"""The sample registry: dossiers written for people, with quotes in the place of positions."""

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction

from agreements import services
from agreements.models import Agreement, AgreementIdentifier
from audit.trail import Actor

FOLDER = settings.BASE_DIR / "samples"
SCHEME = "sample"
PRESS = ("aman-bayti", "entraide-al-amal")
SANDBOX = "sandbox"
"""The dossier, and the slug of its first party: fictional, for partner systems to be tried on. Nobody else reads it."""


def read(name: str) -> dict[str, Any]:
    """The dossier `samples/<name>.json`, its texts filled in and every quote placed.

    Raises ValueError when a quote is not in its source.
    """
    dossier = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    for source in dossier["sources"]:
        source["text"] = (FOLDER / source.pop("file")).read_text(encoding="utf-8")
        source["noise"] = [_line(source["text"], **stretch) for stretch in source["noise"]]
    _place(dossier, {source["key"]: source["text"] for source in dossier["sources"]})
    return dossier


def _line(text: str, *, line: int, reason: str) -> dict[str, Any]:
    """The stretch of the line with this number, counted from one, without its end."""
    lines = text.split("\n")
    start = sum(len(each) + 1 for each in lines[: line - 1])
    return {"start": start, "end": start + len(lines[line - 1]), "reason": reason}


def _place(part: Any, texts: Mapping[str, str]) -> None:
    """Give every citation below `part` its source and position; `nth` says which occurrence is meant."""
    if isinstance(part, list):
        for each in part:
            _place(each, texts)
    elif isinstance(part, dict):
        for citation in part.get("citations", ()):
            citation.setdefault("source", next(iter(texts)))
            text, quote, start = texts[citation["source"]], citation["quote"], -1
            for _time in range(citation.pop("nth", 1)):
                start = text.find(quote, start + 1)
                if start < 0:
                    raise ValueError(f"The source “{citation['source']}” does not say so: {quote}")
            citation |= {"start": start, "end": start + len(quote)}
        for member in part.values():
            _place(member, texts)


def loaded() -> set[str]:
    """The names of the samples that are in the registry."""
    return set(AgreementIdentifier.objects.filter(scheme=SCHEME).values_list("value", flat=True))


@transaction.atomic
def enter(
    dossier: Mapping[str, Any], *, author: Actor, reviewer: Actor, until: str = "published"
) -> Agreement:
    """Register a dossier as its author, and have it reviewed. All of it happens, or nothing."""
    agreement = services.register(dossier, by=author)
    if until != "draft":
        agreement = services.submit(agreement.pk, by=author)
    if until == "published":
        agreement = services.publish(agreement.pk, by=reviewer)
    return agreement
