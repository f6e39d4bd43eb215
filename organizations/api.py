"""Organizations, people and their offices over the API."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.decorators import action

from audit import versions
from audit.models import AuditEvent
from lib import addresses, preconditions, sent
from lib.contract import ETAG, IDEMPOTENCY_KEY, IF_MATCH, MOVED, MOVED_TO, problems
from lib.endpoints import Endpoint, strict_parameters
from lib.formats import LINKED
from lib.ordering import BY_KEY, both
from lib.pages import OnPages
from lib.preconditions import Since
from lib.problems import Fault, Problem, Refused, pointed
from lib.shaping import PARAMETERS
from lib.writing import MERGE_PATCH, Changes, Creates, Removes
from organizations import queries, services
from organizations.exports import jsonld
from organizations.filters import OfficeFilter, OrganizationFilter, PersonFilter
from organizations.models import Office, Organization, Person
from organizations.permissions import Permission
from organizations.shapes import (
    MergeShape,
    NewOrganization,
    NewPerson,
    OfficeRecord,
    OrganizationRecord,
    PersonRecord,
)

READ = {"list": Permission.VIEW, "retrieve": Permission.VIEW}
WRITE = dict.fromkeys(("create", "partial_update", "destroy"), Permission.ORGANIZATION_REGISTER)
REMOVED = OpenApiResponse(description="It is gone; its address answers 410 from now on.")
# Where a part stands in the document of its record, for events that tell of the part alone.
_PLACES = {
    "organizations.alias": "/aliases",
    "organizations.externalidentifier": "/identifiers",
    "organizations.profileclaim": "/profile",
    "organizations.office": "/offices",
}


def places(event: AuditEvent) -> list[str]:
    """Where an event changed the document of an organization or a person."""
    place = _PLACES.get(event.target_type)
    return [place] if place else versions.pointers_of(event)


def _described(one: str, many: str, shape: type, new: type):
    """The actions of a resource in the OpenAPI document; a merge where it has one."""

    def on(view):
        article = "an" if one[0] in "aeiou" else "a"
        patch = {MERGE_PATCH: shape, "application/json": shape}
        told = {
            "list": extend_schema(summary=many),
            "retrieve": extend_schema(
                summary=f"One {one}", parameters=[ETAG], responses={200: shape} | problems(410)
            ),
            "create": extend_schema(
                summary=f"Enter {article} {one}",
                parameters=[IDEMPOTENCY_KEY, ETAG],
                request=new,
                responses={201: shape} | problems(403, 409, 415, 422),
            ),
            "partial_update": extend_schema(
                summary=f"Change {article} {one}",
                parameters=[IF_MATCH, ETAG],
                request=patch,
                responses={200: shape} | problems(403, 409, 410, 412, 415, 422, 428),
            ),
            "destroy": extend_schema(
                summary=f"Take {article} {one} out",
                parameters=[IF_MATCH],
                responses={204: REMOVED} | problems(403, 409, 410, 412, 428),
            ),
        }
        if issubclass(view, Bodies):
            told["retrieve"] = extend_schema(
                summary=f"One {one}",
                parameters=[ETAG, MOVED_TO],
                responses={200: shape} | MOVED | problems(410),
            )
            told["merge"] = extend_schema(
                summary="Merge it into another that it is one with",
                parameters=[IDEMPOTENCY_KEY, ETAG],
                request=MergeShape,
                responses={200: shape} | problems(403, 409, 410, 412, 415, 422),
            )
        return extend_schema_view(**told)(view)

    return on


class Bodies(Creates, Changes, Removes, Endpoint):
    """Organizations and people: whoever entered one, or edits all, writes it. A merged one leads to the one kept."""

    required = READ | WRITE | {"merge": Permission.ORGANIZATION_EDIT}
    fixed = frozenset({"id"})
    model = None
    reference: Callable[[Any], dict]

    orders = BY_KEY | both("name", "sorting", filled=True)

    def filtered(self, queryset):
        return super().filtered(queryset.filter(merged_into=None))

    def in_order(self, queryset, name):
        return queries.by_name(queryset) if name.endswith("name") else queryset

    def brief(self, row):
        return type(self).reference(row)

    def retrieve(self, request, *args, **kwargs):
        strict_parameters(request, PARAMETERS)
        row = self.one(self.get_queryset())
        kept = queries.successor(row)
        if kept != row:
            return self.moved(type(self).reference(kept))
        return self.told_of(row)

    def may_write(self, row):
        kept = queries.successor(row)
        if kept != row:
            # Not 308: a client that follows it would write another record than the one it read.
            raise Problem("gone", members={"merged_into": type(self).reference(kept)})
        if not services.may_change(row, self.request.user):
            raise Problem(
                "not-your-side",
                detail=_("Only those who entered it or an editor changes a record."),
            )

    def since(self, row, version) -> Since:
        return versions.changed_since(row.pk, version, pointers=places)

    def gone(self, key):
        found = versions.tombstone(self.model, key)
        return found and found.as_json()

    @action(detail=True, methods=["post"], pagination_class=None, filterset_class=None)
    def merge(self, request, pk=None):
        """Answers with the record that was kept. From now on the address of the other leads there (308)."""
        strict_parameters(request, {"language"})
        form = MergeShape(data=self.sent(request))
        if not form.is_valid():
            raise Refused(list(pointed(form.errors)))
        with transaction.atomic():
            row = self.locked()
            self.may_write(row)
            demanded = preconditions.asked(request)
            if demanded and not demanded.met_by(row.version):
                raise self.failed(row, demanded)
            key = sent.key(form.validated_data["into"])
            into = self.get_queryset().filter(pk=key).first() if key else None
            if into is None:
                raise Refused.at(
                    "/into",
                    "points_nowhere",
                    _("This names no %(kind)s of the registry.") % {"kind": self.model._meta.verbose_name},
                )
            merge = services.merge(row, into=into, reason=form.validated_data["reason"], by=request.user)
        return self.written(merge.into)


@_described("organization", "Organizations", OrganizationRecord, NewOrganization)
class Organizations(OnPages, Bodies):
    """Bodies that can be party to an agreement, with their names and what sources say of them."""

    formats = {"list": {"jsonld": LINKED, "html": "pages"}, "retrieve": {"jsonld": LINKED, "html": "page"}}
    list_page = "organizations"
    queryset = Organization.objects.none()
    model = Organization
    serializer_class = OrganizationRecord
    record_type, resource = "organization", "organizations"
    reference = queries.reference
    filterset_class = OrganizationFilter

    @property
    def expandable(self):
        return {"parent": Organizations, "parent.parent": Organizations}

    def get_queryset(self):
        rows = queries.with_profile(Organization.objects.visible_to(self.request.user))
        return versions.with_version(rows)

    def documents(self, rows):
        return [queries.read_organization(each) | {"version": each.version} for each in rows]

    def linked(self, document):
        return jsonld.organization(document)

    def enter(self, document):
        content, allowed = _allowed(document)
        return services.register_organization(content, allow_duplicate=allowed, by=self.request.user)

    def change(self, row, document):
        return services.change_organization(row.pk, _content(document), by=self.request.user)

    def remove(self, row, reason):
        services.remove_organization(row.pk, reason=reason, by=self.request.user)


@_described("person", "People", PersonRecord, NewPerson)
class People(OnPages, Bodies):
    """Natural persons named in sources, with the offices they hold."""

    formats = {"list": {"jsonld": LINKED, "html": "pages"}, "retrieve": {"jsonld": LINKED, "html": "page"}}
    list_page = "people"
    queryset = Person.objects.none()
    model = Person
    serializer_class = PersonRecord
    record_type, resource = "person", "people"
    reference = queries.person_reference
    filterset_class = PersonFilter

    @property
    def expandable(self):
        return {"offices.organization": Organizations, "offices.organization.parent": Organizations}

    def get_queryset(self):
        return versions.with_version(queries.with_offices(Person.objects.visible_to(self.request.user)))

    def documents(self, rows):
        return [queries.read_person(each) | {"version": each.version} for each in rows]

    def linked(self, document):
        return jsonld.person(document)

    def enter(self, document):
        content, allowed = _allowed(document)
        return services.register_person(content, allow_duplicate=allowed, by=self.request.user)

    def change(self, row, document):
        return services.change_person(row.pk, _content(document), by=self.request.user)

    def remove(self, row, reason):
        services.remove_person(row.pk, reason=reason, by=self.request.user)


def _content(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the services take: the version is the door's business."""
    return {name: value for name, value in document.items() if name != "version"}


def _allowed(document: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """The document without what is only said to the door: that it is another one than those it looks like."""
    content = _content(document)
    allowed = content.pop("allow_duplicate", False)
    if not isinstance(allowed, bool):
        raise Refused([Fault("/allow_duplicate", "invalid", _("Say true or false."))])
    return content, allowed


@_described("office", "Offices", OfficeRecord, OfficeRecord)
class Offices(Creates, Changes, Removes, Endpoint):
    """Titles that people hold in organizations: parts of the person, whose version they have."""

    required = READ | WRITE
    queryset = Office.objects.none()
    serializer_class = OfficeRecord
    record_type, resource = "office", "offices"
    filterset_class = OfficeFilter
    fixed = frozenset({"id", "person"})

    @property
    def expandable(self):
        return {"person": People, "organization": Organizations, "organization.parent": Organizations}

    def label(self, row):
        return row.label

    def get_queryset(self):
        rows = Office.objects.visible_to(self.request.user).select_related("organization", "person")
        return versions.with_version(rows, chain="person")

    def documents(self, rows):
        return [
            queries.read_office(each)
            | {
                "url": addresses.api("offices", each.pk),
                "version": each.version,
                "person": queries.person_reference(each.person),
            }
            for each in rows
        ]

    def locked(self):
        seen = self.one(self.get_queryset())
        self._person(seen.person_id)
        return self.one(self.get_queryset())

    def may_write(self, row):
        if not services.may_change(row.person, self.request.user):
            raise Problem(
                "not-your-side",
                detail=_("Only those who entered it or an editor changes a record."),
            )

    def since(self, row, version):
        return versions.changed_since(row.person_id, version, pointers=places)

    def gone(self, key):
        found = versions.tombstone(Office, key)
        return found and found.as_json()

    def enter(self, document):
        content = dict(document)
        told = content.pop("person", None)
        key = sent.key(str(told.get("id", ""))) if isinstance(told, Mapping) else None
        with transaction.atomic():
            person = self._person(key) if key else None
            if person is None:
                raise Refused.at("/person", "points_nowhere", _("This names no person of the registry."))
            if not services.may_change(person, self.request.user):
                raise Problem(
                    "not-your-side",
                    detail=_("Only those who entered it or an editor changes a record."),
                )
            before = {each.pk for each in person.offices.all()}
            self._put(person, lambda offices: [*offices, content])
            return self._person(person.pk).offices.exclude(pk__in=before).get()

    def change(self, row, document):
        content = {
            name: value for name, value in document.items() if name not in {"person", "url", "version"}
        }
        self._put(
            row.person,
            lambda offices: [content if each["id"] == str(row.pk) else each for each in offices],
        )
        return row

    def remove(self, row, reason):
        self._put(
            row.person, lambda offices: [each for each in offices if each["id"] != str(row.pk)], reason=reason
        )

    def _person(self, key) -> Person | None:
        """The person, locked until the transaction ends."""
        rows = Person.objects.visible_to(self.request.user).select_for_update(of=("self",))
        person = rows.filter(pk=key).first()
        return person and queries.successor(person)

    def _put(self, person: Person, change: Callable[[list], list], *, reason: str = "") -> None:
        """Let the person read with these offices. A fault points into the office that was sent."""
        document = queries.read_person(queries.with_offices(Person.objects.filter(pk=person.pk)).get())
        document["offices"] = change(document["offices"])
        try:
            services.change_person(person.pk, document, reason=reason, by=self.request.user)
        except Refused as refusal:
            raise Refused([_within(each) for each in refusal.faults]) from refusal


def _within(fault: Fault) -> Fault:
    """`/offices/3/title` as it stands in the office alone: `/title`."""
    steps = fault.pointer.split("/")
    at = "/" + "/".join(steps[3:]) if steps[1:2] == ["offices"] and len(steps) > 3 else ""
    return Fault(at, fault.code, fault.message)
