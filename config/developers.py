"""The page for developers. It is open to everybody: it holds no data of the registry."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from activities import samples
from agreements.models import Agreement, Commitment
from config import api, snippets
from config.examples import BY_NAME, Example
from config.lessons import SECTIONS, Block
from config.problems import PROBLEMS
from exchange.access.limits import Allowance
from exchange.queries.telling import EVENTS, KINDS, Kind, prefix_of
from lib.keyset import LARGEST_PAGE
from organizations.models import Anonymous, Organization
from organizations.permissions import Role, Scope, offered

PROGRAMS = samples.FOLDER / "clients"


@dataclass(frozen=True)
class Shown:
    """An example as it is shown."""

    example: Example
    curl: str
    python: str
    answer: str


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    names = known_names()
    sections = [(each, [_shown(block, names) for block in each.blocks]) for each in SECTIONS]
    return render(
        request,
        "developers/page.html",
        {
            "section": "api",
            "sections": sections,
            "version": settings.SPECTACULAR_SETTINGS["VERSION"],
            "root": f"{settings.PUBLIC_URL}/api/v1",
            "problems": PROBLEMS,
            "scopes": [(each, each.label) for each in Scope if each in offered(Role.PARTNER_SYSTEM)],
            "events": EVENTS,
            "limits": settings.API_LIMITS,
            "headers": Allowance("read", "", settings.API_LIMITS["read"], 13, 31).headers(),
            "types": [_told_of(kind) for kind in KINDS.values()],
            "largest_page": LARGEST_PAGE,
        },
    )


def _told_of(kind: Kind) -> dict:
    """A type of the feed: its list, the lists of its parts, and the events that webhooks are told."""
    parts = [
        name
        for name, view, _base in api.router.registry
        if getattr(view.queryset, "model", None) in kind.parts
    ]
    return {
        "type": kind.name,
        "list": kind.resource,
        "parts": parts,
        "events": [each for each in EVENTS if each.partition(".")[0] == prefix_of(kind.name)],
    }


def _shown(block: Block, names: dict[str, str]) -> dict:
    """The block as the template takes it."""
    root = settings.PUBLIC_URL
    told: dict = {"words": block.words and coded(block.words), "table": block.table}
    told["pairs"] = [(term, coded(words)) for term, words in block.pairs]
    if block.example:
        example = BY_NAME[block.example]
        told["shown"] = Shown(
            example,
            snippets.curl(example, root, names),
            snippets.python(example, root, names),
            snippets.answer(example),
        )
    if block.program:
        text = (PROGRAMS / block.program).read_text(encoding="utf-8").strip()
        told |= {"program": block.program, "text": text.replace("https://registry.example", root)}
    return told


def coded(words) -> SafeString:
    """Words in which what stands between backquotes is code, which is read from left to right."""
    pieces = enumerate(str(words).split("`"))
    return format_html_join(
        "",
        "{}",
        ((format_html('<code dir="ltr">{}</code>', each) if at % 2 else each,) for at, each in pieces),
    )


def known_names() -> dict[str, str]:
    """The ids that the examples speak of, as far as this registry has the sample and shows it to everybody.

    The sandbox is there to be named: nothing else of it is told here.
    """
    found = dict(
        Agreement.objects.filter(
            identifiers__scheme=samples.SCHEME, identifiers__value__in=[*samples.PRESS, samples.SANDBOX]
        ).values_list("identifiers__value", "pk")
    )
    open_to_all = set(
        Agreement.objects.visible_to(Anonymous()).filter(pk__in=found.values()).values_list("pk", flat=True)
    )
    sandbox = found.pop(samples.SANDBOX, None)
    names = {value.replace("-", "_").upper(): str(key) for value, key in found.items() if key in open_to_all}
    if sandbox:
        organization = Organization.objects.filter(slug=samples.SANDBOX).first()
        owed = Commitment.objects.filter(agreement=sandbox, debtors__organization=organization)
        first = owed.order_by("number").first()
        if organization and first:
            names |= {"AGREEMENT": str(sandbox), "SANDBOX": str(organization.pk), "COMMITMENT": str(first.pk)}
    return names
