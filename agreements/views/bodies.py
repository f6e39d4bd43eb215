"""Pages to read: organizations and people. Who is this, what does it owe and get, with whom."""

from dataclasses import replace
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agreements.queries import bodies, people, progress
from agreements.views import identity
from lib import facets, keyset
from organizations import queries as organization_queries
from organizations.filters import OrganizationFilter, PersonFilter, offered
from organizations.guards import requires
from organizations.models import Merge, Organization, Person
from organizations.permissions import Permission

PAGE_SIZE = 50

MOST_AGREEMENTS = keyset.Order("agreements", "number", descending=True, type=int, filled=True)
ORDERS = ("name", "agreements")


@require_safe
@requires(Permission.VIEW)
def organization_list(request: HttpRequest) -> HttpResponse:
    visible = Organization.objects.visible_to(request.user).filter(merged_into=None)
    filters = OrganizationFilter(request.GET, queryset=visible)
    found = filters.qs if filters.is_valid() else visible.none()
    order = request.GET.get("order", "")
    order = order if order in ORDERS else "name"
    page, lines = organizations_of(request, found, order)
    total, options = facets.total(found), offered(request.GET, visible, whole=request.GET.getlist("more"))
    return render(
        request,
        "organizations/list.html",
        {
            "form": filters.form,
            "may_compare": request.user.may(Permission.EDIT),
            "page": page,
            "lines": lines,
            "total": total,
            "facets": options,
            "capped": any(each.capped for each in options)
            or any(each.own.more or each.family.more for each in lines),
            "order": order,
            "orders": {name: asked(request, order=name) for name in ORDERS},
            "narrowed": any(request.GET.get(name) for name in filters.form.fields),
            "query": asked(request),
        },
    )


def organizations_of(
    request: HttpRequest, found: QuerySet, order: str
) -> tuple[keyset.Page, list[bodies.Line]]:
    """The page of `found` that is asked for, and its lines: one query; two by agreements."""
    if order == "name":
        rows = organization_queries.by_name(bodies.listed(found, actor=request.user))
        page = page_of(request, rows, organization_queries.BY_NAME)
        return page, bodies.lines(page.rows)
    counted = bodies.by_agreements(found, actor=request.user)
    page = page_of(request, counted, MOST_AGREEMENTS, key="body")
    shown = bodies.listed(Organization.objects.all(), actor=request.user).in_bulk(
        [each.body for each in page.rows]
    )
    # One that was removed in between is not there any more.
    return page, bodies.lines(shown[each.body] for each in page.rows if each.body in shown)


def page_of(request: HttpRequest, rows: QuerySet, order: keyset.Order, *, key: str = "pk") -> keyset.Page:
    """The page of `rows` that is asked for, in `order` and then by `key`, which has the keys of the model."""
    try:
        here = keyset.place(rows.model, order=order, size=PAGE_SIZE, cursor=request.GET.get("cursor", ""))
    except keyset.BadCursor as error:
        raise Http404(_("This page of the list is not there: begin at the start of the list.")) from error
    here = replace(here, key=key)
    return here.page(list(here.rows(rows)))


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
            "total": facets.total(found),
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
