"""Pages to read: the list of agreements, the sheet of one, a source, an organization."""

from uuid import UUID

from babel import Locale
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agreements.filters import AgreementFilter
from agreements.models import Agreement, Citation, Commitment, Source
from agreements.queries import listing, sheet
from lib import keyset, languages
from organizations import queries as organization_queries
from organizations.filters import OrganizationFilter
from organizations.guards import requires
from organizations.models import Organization
from organizations.permissions import Permission

PAGE_SIZE = 20


@require_safe
@requires(Permission.VIEW)
def agreement_list(request: HttpRequest) -> HttpResponse:
    on = timezone.localdate()
    visible = Agreement.objects.visible_to(request.user)
    filters = AgreementFilter(request.GET, queryset=visible, on=on)
    asked = filters.is_valid()
    found = filters.qs if asked else visible.none()
    try:
        page = keyset.page(
            listing.listed(found, on=on),
            key="number",
            descending=True,
            size=PAGE_SIZE,
            cursor=request.GET.get("cursor", ""),
        )
    except keyset.BadCursor as error:
        raise Http404(_("This page of the list is not there: begin at the start of the list.")) from error
    return render(
        request,
        "agreements/list.html",
        {
            "form": filters.form,
            "rows": listing.rows(page.rows),
            "page": page,
            "total": found.count() if asked else 0,
            "active": active_filters(request, filters.form),
            "query": without(request, "cursor"),
        },
    )


def without(request: HttpRequest, name: str, value: str | None = None) -> str:
    """The query of this address without the parameter `name` (or that one `value` of it), and without the cursor."""
    query = request.GET.copy()
    query.pop("cursor", None)
    if name in query:
        kept = [each for each in query.getlist(name) if value is not None and each != value]
        query.setlist(name, kept) if kept else query.pop(name)
    return query.urlencode()


def active_filters(request: HttpRequest, form) -> list[dict[str, str]]:
    """The filters in force, each with the address that takes it away."""
    chips = []
    for name, field in form.fields.items():
        for value in dict.fromkeys(each for each in request.GET.getlist(name) if each):
            if choices := getattr(field, "choices", None):
                shown = next((str(text) for key, text in choices if str(key) == value), value)
            else:
                shown = value
            chips.append({"name": str(field.label), "value": shown, "query": without(request, name, value)})
    return chips


@require_safe
@requires(Permission.VIEW)
def agreement_sheet(request: HttpRequest, code: str) -> HttpResponse:
    on = timezone.localdate()
    number = Agreement.number_of(code)
    if number is None:
        raise Http404(_("There is no agreement with this number."))
    readable = Agreement.objects.visible_to(request.user)
    agreement = get_object_or_404(sheet.with_everything(readable, on=on), number=number)
    if code != agreement.code:
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        return redirect(f"{agreement.get_absolute_url()}{query}", permanent=True)
    return render(
        request,
        "agreements/sheet.html",
        {
            "sheet": sheet.sheet(
                agreement, on=on, readable=readable, with_history=request.user.may(Permission.HISTORY_VIEW)
            ),
            "agreement": agreement,
            "on": on,
        },
    )


@require_safe
@requires(Permission.VIEW)
def source_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    source = get_object_or_404(Source.objects.visible_to(request.user).prefetch_related("noise"), pk=pk)
    citations = list(
        Citation.objects.visible_to(request.user)
        .filter(source=source)
        .select_related("agreement")
        .order_by("start", "-end", "pk")
    )
    chosen = request.GET.get("cite", "")
    cited = next((each for each in citations if str(each.pk) == chosen), None)
    if chosen and cited is None:
        raise Http404(_("This quote is not in the source, or you may not read it."))
    agreements = {each.agreement_id: each.agreement for each in citations}
    return render(
        request,
        "agreements/source.html",
        {
            "source": source,
            "citations": citations,
            "cited": cited,
            "segments": sheet.segments(source, [cited] if cited else citations),
            "agreements": list(agreements.values()),
        },
    )


@require_safe
@requires(Permission.VIEW)
def organization_list(request: HttpRequest) -> HttpResponse:
    visible = Organization.objects.visible_to(request.user)
    filters = OrganizationFilter(request.GET, queryset=visible)
    found = filters.qs if filters.is_valid() else visible.none()
    try:
        page = keyset.page(
            found.select_related("kind", "parent"),
            size=50,
            cursor=request.GET.get("cursor", ""),
        )
    except keyset.BadCursor as error:
        raise Http404(_("This page of the list is not there: begin at the start of the list.")) from error
    return render(
        request,
        "organizations/list.html",
        {"form": filters.form, "page": page, "total": found.count(), "query": without(request, "cursor")},
    )


def country_name(code: str) -> str:
    """The country's name in the reader's language; its code when CLDR has none."""
    return Locale(languages.current()).territories.get(code, code) if code else ""


@require_safe
@requires(Permission.VIEW)
def organization_page(request: HttpRequest, slug: str) -> HttpResponse:
    on = timezone.localdate()
    organization = get_object_or_404(
        organization_queries.with_profile(Organization.objects.visible_to(request.user)), slug=slug
    )
    if organization.merged_into_id:
        return redirect(organization.merged_into, permanent=True)
    visible = Agreement.objects.visible_to(request.user).filter(parties__organization=organization)
    agreements = listing.rows(list(listing.listed(visible, on=on).order_by("-number")[:50]))
    commitments = Commitment.objects.visible_to(request.user)
    cited = Citation.objects.visible_to(request.user).select_related("source")
    return render(
        request,
        "organizations/page.html",
        {
            "organization": organization,
            "names": [
                languages.Text(words, code, code)
                for code, words in languages.texts(organization, "name").items()
                if words != organization.name
            ],
            "country": country_name(organization.country),
            "agreements": agreements,
            "agreement_count": visible.count(),
            "owed": commitments.owed_by(organization).count(),
            "received": commitments.meant_for(organization).count(),
            "offices": organization.offices.select_related("person").order_by("pk"),
            "units": organization.units.order_by("slug"),
            "proofs": cited.filter(organization=organization).order_by("source", "start"),
        },
    )
