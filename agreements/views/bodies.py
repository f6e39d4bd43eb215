"""Pages to read: organizations and people. Who is this, what does it owe and get, with whom."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agreements.queries import bodies, people, progress
from agreements.views import identity
from lib import keyset
from organizations import queries as organization_queries
from organizations.filters import OrganizationFilter, PersonFilter, facets
from organizations.guards import requires
from organizations.models import Merge, Organization, Person
from organizations.permissions import Permission

PAGE_SIZE = 50

ORDERS = {
    "name": organization_queries.BY_NAME,
    "agreements": keyset.Order("agreements", "agreement_count", descending=True, type=int),
}


@require_safe
@requires(Permission.VIEW)
def organization_list(request: HttpRequest) -> HttpResponse:
    visible = Organization.objects.visible_to(request.user).filter(merged_into=None)
    filters = OrganizationFilter(request.GET, queryset=visible)
    found = filters.qs if filters.is_valid() else visible.none()
    order = request.GET.get("order", "")
    rows = organization_queries.by_name(bodies.listed(found, actor=request.user))
    return render(
        request,
        "organizations/list.html",
        {
            "form": filters.form,
            "may_compare": request.user.may(Permission.EDIT),
            "page": page_of(request, rows, ORDERS.get(order, ORDERS["name"])),
            "total": found.count(),
            "facets": facets(request.GET, visible, whole=request.GET.getlist("more")),
            "order": order if order in ORDERS else "name",
            "orders": {name: asked(request, order=name) for name in ORDERS},
            "narrowed": any(request.GET.get(name) for name in filters.form.fields),
            "query": asked(request),
        },
    )


def page_of(request: HttpRequest, rows, order: keyset.Order) -> keyset.Page:
    try:
        return keyset.page(rows, order=order, size=PAGE_SIZE, cursor=request.GET.get("cursor", ""))
    except keyset.BadCursor as error:
        raise Http404(_("This page of the list is not there: begin at the start of the list.")) from error


def asked(request: HttpRequest, **changes: str) -> str:
    """The query of this address with `changes`, at the start of the list."""
    query = request.GET.copy()
    query.pop("cursor", None)
    for name, value in changes.items():
        query[name] = value
    return query.urlencode()


@require_safe
@requires(Permission.VIEW)
def organization_page(request: HttpRequest, slug: str) -> HttpResponse:
    on = timezone.localdate()
    visible = Organization.objects.visible_to(request.user)
    organization = get_object_or_404(organization_queries.with_profile(visible), slug=slug)
    kept = organization_queries.successor(organization)
    if kept != organization:
        return identity.moved(kept.get_absolute_url(), formerly=slug)
    body = bodies.body(organization, actor=request.user, on=on, subtree=request.GET.get("scope") == "subtree")
    formerly = request.GET.get("formerly")
    return render(
        request,
        "organizations/page.html",
        {
            "organization": organization,
            "body": body,
            "formerly": next((each for each in body.merged if each.slug == formerly), None),
            "may_merge": request.user.may(Permission.ORGANIZATION_EDIT),
            "merges": merges_of(organization, request.user),
            "states": progress.Progress,
            "on": on,
        },
    )


def merges_of(record: Organization | Person, actor) -> list[Merge]:
    """What was merged into the record and can be undone; nothing, for whoever may not do that."""
    if not actor.may(Permission.ORGANIZATION_EDIT):
        return []
    merges = record.absorbed.filter(undone_at=None).select_related("organization", "person")
    return list(merges.order_by("-pk"))


@require_safe
@requires(Permission.VIEW)
def person_list(request: HttpRequest) -> HttpResponse:
    visible = Person.objects.visible_to(request.user).filter(merged_into=None)
    filters = PersonFilter(request.GET, queryset=visible)
    found = filters.qs if filters.is_valid() else visible.none()
    rows = organization_queries.by_name(people.listed(found))
    return render(
        request,
        "people/list.html",
        {
            "form": filters.form,
            "may_compare": request.user.may(Permission.EDIT),
            "page": page_of(request, rows, organization_queries.BY_NAME),
            "total": found.count(),
            "organization": filters.form.cleaned_data.get("organization") if filters.is_valid() else None,
            "narrowed": any(request.GET.get(name) for name in filters.form.fields),
            "query": asked(request),
        },
    )


@require_safe
@requires(Permission.VIEW)
def person_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    kept = organization_queries.successor(person)
    if kept != person:
        return identity.moved(kept.get_absolute_url(), formerly=str(pk))
    portrait = people.portrait(person, actor=request.user)
    formerly = request.GET.get("formerly")
    return render(
        request,
        "people/page.html",
        {
            "portrait": portrait,
            "person": person,
            "formerly": next((each for each in portrait.merged if str(each.pk) == formerly), None),
            "may_merge": request.user.may(Permission.ORGANIZATION_EDIT),
            "merges": merges_of(person, request.user),
        },
    )
