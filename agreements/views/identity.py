"""Is it entered already? Warnings while typing, pairs that look alike, two records side by side, merging, undoing."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agreements.forms.identity import ReasonForm
from agreements.models import Agreement, DistinctAgreements
from agreements.queries import alike as agreements_alike
from agreements.queries import comparison, duplicates
from agreements.services import identity as agreement_services
from agreements.views.desk import back
from lib import keyset, sent
from lib.problems import Refused
from organizations import services
from organizations.filters import named, people_named
from organizations.guards import requires
from organizations.models import Merge, Organization, Person
from organizations.permissions import Permission
from organizations.queries import alike, merging
from organizations.queries.identity import pair_of

SCANNED = 50
"""How many records a page of possible duplicates looks through."""
FOUND = 10
TABS = {
    "organization": gettext_lazy("Organizations"),
    "person": gettext_lazy("People"),
    "agreement": gettext_lazy("Agreements"),
}
KINDS = {"organization": Organization, "person": Person, "agreement": Agreement}
PAIRS = {**merging.DISTINCT, Agreement: DistinctAgreements}


# Warnings while typing.


@require_safe
@requires(Permission.REGISTER)
def alike_box(request: HttpRequest) -> HttpResponse:
    """What may be entered already, as a box of a form: `kind`, then what is typed so far."""
    kind = _kind(request)
    own, apart = _uuids(request, "own"), _uuids(request, "distinct")
    if kind is Agreement:
        told = agreements_alike.told_in(
            parties=_uuids(request, "party"),
            reference=request.GET.get("reference", ""),
            identifiers=_identifiers(request.GET),
            programme=next(iter(_uuids(request, "programme")), None),
            own=next(iter(own), None),
            apart=apart,
        )
        found = agreements_alike.alike(told, readable=Agreement.objects.visible_to(request.user))
    else:
        asked = alike.Asked(
            kind,
            tuple(request.GET.getlist("name")[:FOUND]),
            identifiers=tuple(_identifiers(request.GET)),
            country=request.GET.get("country", ""),
            city=request.GET.get("city", ""),
            organizations=frozenset(_uuids(request, "organization")),
            own=next(iter(own), None),
            apart=frozenset(apart),
        )
        found = alike.alike(asked, actor=request.user)
    known_apart = kind.objects.filter(pk__in=apart).order_by("pk") if apart else []
    if kind is Agreement and apart:
        known_apart = known_apart.visible_to(request.user)
    return render(request, "identity/alike.html", {"found": found, "apart": known_apart, "kind": kind})


def _kind(request: HttpRequest) -> type:
    try:
        return KINDS[request.GET.get("kind", "organization")]
    except KeyError as error:
        raise Http404(_("There is no such kind of record.")) from error


def _uuids(request: HttpRequest, name: str) -> list[UUID]:
    """The keys given under a name; what is none is passed over, as a form half filled in has it."""
    return list(filter(None, map(sent.key, request.GET.getlist(name))))


def _identifiers(data: QueryDict) -> list[tuple[str, str]]:
    """`identifier=scheme:value`, any number of times."""
    parts = (each.partition(":") for each in data.getlist("identifier")[:FOUND])
    return [(scheme, value) for scheme, _colon, value in parts if scheme and value]


# Pairs that look alike.


@require_safe
@requires(Permission.EDIT)
def duplicate_list(request: HttpRequest) -> HttpResponse:
    kind = _kind(request)
    name = kind._meta.model_name
    try:
        if kind is Agreement:
            readable = Agreement.objects.visible_to(request.user)
            page = keyset.page(
                readable, key="number", descending=True, size=SCANNED, cursor=request.GET.get("cursor", "")
            )
            rows = readable.filter(pk__in=[each.pk for each in page.rows])
            found = agreements_alike.pairs(rows, readable=readable)
        else:
            page = keyset.page(alike.known(kind), size=SCANNED, cursor=request.GET.get("cursor", ""))
            found = alike.pairs(page.rows, actor=request.user)
    except keyset.BadCursor as error:
        raise Http404(_("This page of the list is not there: begin at the start of the list.")) from error
    pairs = [(one, each, _compare_address(one, each.record)) for one, each in found]
    return render(
        request,
        "identity/duplicates.html",
        {"kind": name, "tabs": TABS, "pairs": pairs, "page": page, "query": urlencode({"kind": name})},
    )


@require_POST
@requires(Permission.EDIT)
def apart_state(request: HttpRequest) -> HttpResponse:
    """State that two records are not the same, or take that back (`do=together`)."""
    kind = KINDS.get(request.POST.get("kind", ""))
    if kind is None:
        raise Http404(_("There is no such kind of record."))
    rows = kind.objects.visible_to(request.user)
    one, other = (_row(rows, request.POST.get(name, "")) for name in ("one", "other"))
    if one == other:
        raise Http404(_("There is no such record, or you may not read it."))
    together = request.POST.get("do") == "together"
    door = agreement_services if kind is Agreement else services
    act = door.tell_apart_no_longer if together else door.tell_apart
    act(one, other, reason=sent.words(request.POST.get("reason"))[:1000], by=request.user)
    messages.success(
        request,
        _("They may be told to look alike again.") if together else _("Noted: these two are not the same."),
    )
    return back(request, _compare_address(one, other))


def _row(rows, key: str):
    return get_object_or_404(rows, pk=sent.key(key))


# Two records side by side.


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ORGANIZATION_EDIT)
def organization_merge(request: HttpRequest, slug: str) -> HttpResponse:
    known = alike.known(Organization).filter(pk__in=Organization.objects.visible_to(request.user))
    return _merge(request, get_object_or_404(known, slug=slug), known, lambda key: {"slug": key}, named)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ORGANIZATION_EDIT)
def person_merge(request: HttpRequest, pk: UUID) -> HttpResponse:
    known = alike.known(Person).filter(pk__in=Person.objects.visible_to(request.user))
    return _merge(
        request, get_object_or_404(known, pk=pk), known, lambda key: {"pk": UUID(key)}, people_named
    )


def _merge(request: HttpRequest, one: Any, known, by_key: Callable, by_words: Callable) -> HttpResponse:
    def looks_alike() -> list[alike.Alike]:
        return alike.alike_each([alike.asked_of(one)], actor=request.user)[0]

    other = _other(request, one, known, by_key)
    if other is None:
        words = request.GET.get("q", "").strip()
        found = list(known.filter(by_words(words)).exclude(pk=one.pk).order_by("pk")[:FOUND]) if words else []
        return _choose(request, one, looks_alike(), found)

    def act(reason: str) -> str:
        services.merge(one, into=other, reason=reason, by=request.user)
        return _("“%(one)s” was merged into “%(other)s”.") % {"one": one, "other": other}

    examination = merging.examine(one, other, by=request.user)
    return _compare(request, one, other, act, looks_alike, faults=examination.faults, examination=examination)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT)
def agreement_duplicate(request: HttpRequest, code: str) -> HttpResponse:
    known = Agreement.objects.visible_to(request.user)
    one = get_object_or_404(known, number=Agreement.number_of(code) or 0)

    def looks_alike() -> list[alike.Alike]:
        _row, told = agreements_alike.told(known.filter(pk=one.pk))[one.pk]
        return agreements_alike.alike(told, readable=known)

    other = _other(request, one, known, lambda key: {"number": Agreement.number_of(key) or 0})
    if other is None:
        number = Agreement.number_of(request.GET.get("q", "").strip())
        found = list(known.filter(number=number).exclude(pk=one.pk)) if number else []
        return _choose(request, one, looks_alike(), found)

    def act(reason: str) -> str:
        agreement_services.set_aside(one.pk, duplicate_of=other.pk, reason=reason, by=request.user)
        return _("%(one)s is set aside; its address leads here.") % {"one": one.code}

    faults = list(agreement_services.faults(one, other, by=request.user))
    return _compare(request, one, other, act, looks_alike, faults=faults, left=comparison.left_behind(one))


def _other(request: HttpRequest, one: Any, known, by_key: Callable) -> Any:
    key = request.GET.get("with", "")
    if not key:
        return None
    try:
        return get_object_or_404(known.exclude(pk=one.pk), **by_key(key))
    except ValueError as error:
        raise Http404(_("There is no such record, or you may not read it.")) from error


def _choose(request: HttpRequest, one: Any, looks_alike: list[alike.Alike], found: list) -> HttpResponse:
    """Which record the other is: those that look alike, and those found by words."""
    context = {
        "kind": one._meta.model_name,
        "one": one,
        "alike": [(each, _compare_address(one, each.record)) for each in looks_alike],
        "found": [(each, _compare_address(one, each)) for each in found],
        "words": request.GET.get("q", "").strip(),
    }
    return render(request, "identity/choose.html", context)


def _compare(
    request: HttpRequest,
    one: Any,
    other: Any,
    act: Callable[[str], str],
    looks_alike: Callable[[], list[alike.Alike]],
    **told: Any,
) -> HttpResponse:
    """Both records and what would happen; on POST it happens, or the page says why not."""
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            said = act(form.cleaned_data["reason"])
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, said)
            return redirect(other)
    why = next((each for each in looks_alike() if each.record == other), None)
    context = {
        "kind": one._meta.model_name,
        "one": one,
        "other": other,
        "rows": comparison.compare(one, other, actor=request.user),
        "why": why,
        "pair": pair_of(PAIRS[type(one)], one.pk, other.pk),
        "turned": _compare_address(other, one),
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return render(request, "identity/compare.html", context | told, status=status)


def _compare_address(one: Any, other: Any) -> str:
    """Where `one` is compared with `other`, to be merged into it."""
    if isinstance(one, Organization):
        address, key = reverse("organization-merge", args=[one.slug]), other.slug
    elif isinstance(one, Person):
        address, key = reverse("person-merge", args=[one.pk]), other.pk
    else:
        address, key = reverse("agreement-duplicate", args=[one.code]), other.code
    return f"{address}?{urlencode({'with': key})}"


# Undoing.


@require_POST
@requires(Permission.ORGANIZATION_EDIT)
def merge_undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(Merge.objects.select_related("organization", "person"), pk=pk)
    try:
        services.undo(row.pk, by=request.user)
    except Refused as refusal:
        for fault in refusal.faults:
            messages.error(request, fault.message)
        return redirect(row.into)
    except PermissionDenied:
        messages.error(request, _("Accounts were moved with this merge: an administrator undoes it."))
        return redirect(row.into)
    messages.success(
        request, _("The merge is undone: “%(name)s” has its own page again.") % {"name": row.merged}
    )
    return redirect(row.merged)


@require_POST
@requires(Permission.EDIT)
def agreement_bring_back(request: HttpRequest, code: str) -> HttpResponse:
    row = duplicates.duplicate(request.user, number=Agreement.number_of(code) or 0)
    if row is None:
        raise Http404(_("There is no agreement with this number."))
    try:
        agreement_services.bring_back(row.pk, by=request.user)
    except PermissionDenied:
        messages.error(request, _("It was published: a reviewer brings it back."))
        return redirect(duplicates.stands_for(row))
    messages.success(request, _("%(code)s is a record of its own again.") % {"code": row.code})
    return redirect(row)


# Old addresses.


def old_address(request: HttpRequest, number: int) -> HttpResponse | Agreement:
    """Where the address of a duplicate leads: to the record shown for it, or to itself for editors who ask for that.

    Raises Http404 where the reader may not read both: nothing tells of either then.
    """
    found = duplicates.duplicate(request.user, number=number)
    kept = found and duplicates.shown_for(found, actor=request.user)
    if kept is None:
        raise Http404(_("There is no agreement with this number."))
    if request.GET.get("record") == "own" and request.user.may(Permission.EDIT):
        return found
    return moved(kept.get_absolute_url(), formerly=found.code)


def moved(address: str, *, formerly: str) -> HttpResponse:
    """301 to the record that was kept. Asked again each time, because a merge can be undone."""
    answer = redirect(f"{address}?{urlencode({'formerly': formerly})}", permanent=True)
    answer["Cache-Control"] = "no-cache"
    return answer
