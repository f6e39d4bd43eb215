"""The list of agreements: found by one set of filters, in an order, with columns of one's choice, under an address."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from agreements.filters import AgreementFilter, facets
from agreements.filters.agreements import NO_PROGRAMME
from agreements.models import Agreement, SavedView
from agreements.queries import lines, listing
from agreements.queries.attention import Attention
from agreements.views import rows
from audit.pulse import pulse
from lib import keyset, languages
from lib.facets import LOOKED_AT, Option, Total
from lib.kept import kept, key
from organizations.guards import requires
from organizations.permissions import Permission

SIZES = (20, 50, 100)
COLUMNS = {
    "parties": gettext_lazy("Parties"),
    "commitments": gettext_lazy("Commitments"),
    "next": pgettext_lazy("column", "Next"),
    "state": gettext_lazy("State"),
    "signed": pgettext_lazy("column", "Signed"),
    "effective": gettext_lazy("In force from"),
    "ends": gettext_lazy("Ends"),
    "programme": gettext_lazy("Programme"),
    "groups": gettext_lazy("Who benefits"),
    "questions": gettext_lazy("Open questions"),
    "source_language": gettext_lazy("Language of the source"),
}
USUAL = ("parties", "commitments", "next", "signed", "ends")
SORTS = {"next": "next", "signed": "-signed", "ends": "ends"}
"""Columns whose head sorts: by which order."""

BUILT_IN = (Attention.OVERDUE, Attention.EXPIRING, Attention.INCOMPLETE, Attention.DRAFTS)
DISPLAY = ("order", "columns", "density", "size")
"""Parameters that say how the list looks, not what is in it."""


@dataclass(frozen=True)
class Look:
    """How a list is shown. What the address does not say, or says wrongly, is as usual."""

    columns: tuple[str, ...]
    density: str
    size: int
    order: str

    @classmethod
    def of(cls, query, *, searching: bool) -> "Look":
        columns = tuple(each for each in COLUMNS if each in query.getlist("columns"))
        density = query.get("density", "")
        size = query.get("size", "")
        order = query.get("order", "")
        return cls(
            columns or USUAL,
            density if density == "compact" else "comfortable",
            int(size) if size in {str(each) for each in SIZES} else SIZES[0],
            order
            if order in listing.ORDERS and (searching or order != "relevance")
            else cls.usual_order(query),
        )

    @staticmethod
    def usual_order(query) -> str:
        """Who searches wants the best match first; who browses, what is new."""
        return "relevance" if query.get("q", "").strip() else "-number"


@dataclass(frozen=True)
class Found:
    """What of the list is kept: its filters and rows as HTML, and how many agreements need what."""

    html: str
    needing: list[Option]
    has_errors: bool = False


@require_safe
@requires(Permission.VIEW)
def agreement_list(request: HttpRequest) -> HttpResponse:
    on = timezone.localdate()
    found = kept(key(request, "list", on, pulse()), lambda: find(request, on))
    return render(
        request,
        "agreements/list.html",
        {
            "found": found,
            "asked": request.GET.get("q", ""),
            "query": without(request),
            "views": views(request, found.needing),
        },
    )


def find(request: HttpRequest, on: date) -> tuple[Found, bool]:
    """What `request` asks of the list on the day `on`, and whether that was understood, to be kept."""
    visible = Agreement.objects.visible_to(request.user)
    filters = AgreementFilter(request.GET, queryset=visible, on=on, actor=request.user)
    look = Look.of(request.GET, searching=bool(request.GET.get("q", "").strip()))
    is_understood = filters.is_valid()
    context = {
        "form": filters.form,
        "look": look,
        "columns": [
            {
                "name": name,
                "label": label,
                "shown": name in look.columns,
                "usual": name in USUAL,
                "order": SORTS.get(name),
            }
            for name, label in COLUMNS.items()
        ],
        "title_label": _("Agreement"),
        "unordered": without(request, "order"),
        "usual_order": Look.usual_order(request.GET),
        "orders": [
            (name, label)
            for name, label in listing.ORDERS_CHOICES
            if name != "relevance" or request.GET.get("q")
        ],
        "sizes": SIZES,
        "chips": chips(request, filters),
        "query": without(request),
        "total": Total(0),
        "looked_at": LOOKED_AT,
        "on": on,
    }
    if is_understood:
        shown, told = page_of(request, filters, look, on)
        return Found(_written(request, context | shown), told.needing), True
    # What can be understood stays chosen: the facets are those of the filters that are in order.
    sound = AgreementFilter(understood(request, filters), queryset=visible, on=on, actor=request.user)
    if not sound.is_valid():
        return Found(_written(request, context), [], has_errors=True), False
    told = facets.told(sound, needing=BUILT_IN)
    shown = {"facets": told.facets, "days": told.days, "capped": told.capped}
    return Found(_written(request, context | shown), told.needing, has_errors=True), False


def _written(request: HttpRequest, context: dict[str, Any]) -> str:
    return render_to_string("agreements/found.html", context, request)


def page_of(
    request: HttpRequest, filters: AgreementFilter, look: Look, on: date
) -> tuple[dict[str, Any], facets.Told]:
    """One page of what `filters` find, for the template; and what is in all of it. `filters` is valid."""
    _label, order, falling = listing.ORDERS[look.order]
    found = listing.in_order(filters.qs, look.order, on=on, actor=request.user, asked=filters.asked)
    try:
        page = keyset.page(
            lines.listed(found, on=on, columns=look.columns),
            key="number",
            descending=falling,
            order=order,
            size=look.size,
            cursor=request.GET.get("cursor", ""),
        )
    except keyset.BadCursor as error:
        raise Http404(_("This page of the list is not there: begin at the start of the list.")) from error
    shown = lines.lines(
        page.rows,
        on=on,
        actor=request.user,
        columns=look.columns,
        reasons=filters.reasons(page.rows),
    )
    told = facets.told(filters, needing=BUILT_IN, whole=frozenset(request.GET.getlist("more")))
    return {
        "rows": rows.rows(shown, look.columns),
        "page": page,
        "total": told.total,
        "facets": told.facets,
        "days": told.days,
        "capped": told.capped,
        "similar": filters.asked.similar if filters.asked else {},
        "nearest": filters.nearest() if not shown else None,
    }, told


def without(request: HttpRequest, name: str = "cursor", value: str | None = None) -> str:
    """The query of this address without the parameter `name` (or that one `value` of it), and without the cursor."""
    query = request.GET.copy()
    query.pop("cursor", None)
    if name in query:
        kept = [each for each in query.getlist(name) if value is not None and each != value]
        query.setlist(name, kept) if kept else query.pop(name)
    for each in list(query):  # what a form sends empty says nothing
        query.setlist(each, [part for part in query.getlist(each) if part])
    return query.urlencode()


def understood(request: HttpRequest, filters: AgreementFilter) -> QueryDict:
    """The parameters of this address but for those that say nothing that could be understood."""
    query = request.GET.copy()
    for name in filters.form.errors:
        query.pop(name, None)
    return query


def chips(request: HttpRequest, filters: AgreementFilter) -> list[dict[str, Any]]:
    """The filters in force, each with the address that takes it away."""
    found = []
    for name, field in filters.form.fields.items():
        if name in DISPLAY:
            continue
        named = {}
        if hasattr(field, "queryset"):
            given = getattr(filters.form, "cleaned_data", {}).get(name) or []
            named = {
                str(each.pk): getattr(each, "label", None) or languages.spoken(each, "name")
                for each in given
                if each != NO_PROGRAMME
            }
        elif hasattr(field, "choices"):
            named = {str(key): str(words) for key, words in field.choices}
        for value in dict.fromkeys(each for each in request.GET.getlist(name) if each):
            words = named.get(value, value)
            if value == NO_PROGRAMME and name == "programme":
                words = _("none stated")
            elif value in {"true", "false"}:
                words = _("yes") if value == "true" else _("no")
            found.append({"name": field.label, "value": words, "query": without(request, name, value)})
    return found


def views(request: HttpRequest, needing: list[Option]) -> list[dict[str, Any]]:
    """The tabs above the list: all, what needs attention, and the reader's saved views; one query."""
    current = without(request)
    counted = {each.value: each for each in needing}
    tabs = [{"name": pgettext_lazy("view", "All"), "query": "", "count": None}]
    tabs += [
        {"name": each.label, "query": f"attention={each}", "count": counted.get(each)}
        for each in BUILT_IN
        if each != Attention.DRAFTS or request.user.may(Permission.REGISTER)
    ]
    tabs += [
        {
            "name": each.name,
            "query": each.query,
            "count": None,
            "view": each,
            "own": each.owner_id == request.user.account_id,
        }
        for each in SavedView.objects.visible_to(request.user).select_related("owner").in_order()
    ]
    for each in tabs:
        each["current"] = each["query"] == current
    return tabs
