"""What every write of the API does alike: on which state, in which form, and with what answer.

A resource takes what it offers of `Creates`, `Changes` and `Removes`, before `Endpoint` among its bases (which has
`version`, `tag` and `shaped`), and says:

    class People(Creates, Changes, Removes, Endpoint):
        required = READ | {"create": …, "partial_update": …, "destroy": …}
        fixed = frozenset({"id"})                 # set by the registry, though its shape has them for another door

        def may_write(self, row): …               # raise Problem("not-your-side") for who only reads it
        def enter(self, document): return services.register_person(document, by=self.request.user)
        def change(self, row, document): return services.change_person(row.pk, document, by=self.request.user)
        def remove(self, row, reason): services.remove_person(row.pk, reason=reason, by=self.request.user)
        def since(self, row, version): return versions.changed_since(row.pk, version)
        def gone(self, key): …                    # what a tombstone tells to who could read the record, else None

A change locks the row, asks whether it may be written (403), compares the versions (428, 412), and only then calls the
service, all in one transaction. The services decide; nothing here writes.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import JSONParser
from rest_framework.response import Response

from lib import addresses, merge_patch, preconditions, shaping
from lib.endpoints import strict_parameters
from lib.preconditions import Demanded, Since
from lib.problems import Fault, Problem, Refused
from lib.shapes import Code, Reference, ready

MERGE_PATCH = "application/merge-patch+json"
ACCEPT_PATCH = f"{MERGE_PATCH}, application/json"
MOST_NAMED = 20
"""How many of the records that lean on another are named."""


class MergePatchParser(JSONParser):
    """A merge patch is JSON with a media type of its own. Without NaN, and without depths that no reader survives."""

    media_type = MERGE_PATCH
    strict = True

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError(_("Too deep.")) from error


class Writes:
    """What all writes of a resource have in common."""

    fixed: frozenset[str] = frozenset()
    """Members that the registry sets, as far as the shape does not say so, with dots: `amendments.changes`."""
    write_parameters: frozenset[str] = shaping.PARAMETERS
    """What the address of a POST or PATCH may ask: how the answer looks."""

    # What a resource says of itself.

    def may_write(self, row) -> None:
        """Raise Problem where the actor, who may read the row, does not write it."""

    def since(self, row, version: int) -> Since:
        """What happened to the row after `version`."""
        return Since()

    def gone(self, key: str) -> dict[str, str] | None:
        """What is told of a record that was taken away, to who could have read it; None for everybody else."""
        return None

    # How.

    def get_parsers(self):
        parsers = super().get_parsers()
        # The contract is made without a request.
        patching = getattr(self.request, "method", "") == "PATCH"
        return [MergePatchParser(), *parsers] if patching else parsers

    def handle_exception(self, exc):
        response = super().handle_exception(exc)
        if isinstance(exc, UnsupportedMediaType) and self.request.method == "PATCH":
            response["Accept-Patch"] = ACCEPT_PATCH
        return response

    def absent(self):
        told = self.gone(self.kwargs["pk"]) if "pk" in self.kwargs else None
        if not told:
            return super().absent()
        # `type` is the problem's own.
        members = {("record_type" if name == "type" else name): told[name] for name in told}
        return Problem("gone", members=members)

    def sent(self, request) -> dict[str, Any]:
        """The object that was sent. Raises Refused for anything else, and for what is deeper than any document."""
        try:
            data = request.data
        except RecursionError as error:
            raise ParseError(_("Too deep.")) from error
        if not isinstance(data, dict):
            raise Refused.at("", "not_an_object", _("Send an object."))
        if merge_patch.is_deep(data):
            raise Refused.at("", "too_deep", _("This is deeper than any document of the registry."))
        return data

    def locked(self):
        """The row of the address, locked until the transaction ends; what the actor may not read is not there."""
        there = self.get_queryset().prefetch_related(None)
        seen = self.one(there)
        type(seen)._base_manager.select_for_update(of=("self",)).filter(pk=seen.pk).first()
        return self.one(there)  # as it is now that nobody else writes it

    @contextmanager
    def held(self) -> Iterator[tuple[Any, Demanded]]:
        """The row of the address, in one transaction, locked and in a state that was demanded.

        Raises NotFound, what `may_write` raises, and the problems 428 and 412.
        """
        stale = None
        with transaction.atomic():
            row = self.locked()
            self.may_write(row)
            demanded = preconditions.demanded(self.request)
            if demanded.met_by(self.version(row)):
                yield row, demanded
            else:
                stale = row
        if stale is not None:
            raise self.failed(stale, demanded)

    def failed(self, row, demanded: Demanded) -> Problem:
        """The problem 412, with what has changed since."""
        version = self.version(row)
        since = self.since(row, demanded.newest_before(version))
        return preconditions.failed(version, since, language=self.request.LANGUAGE_CODE)

    def as_read(self, row) -> dict[str, Any]:
        """The document that a patch is applied to: all of it, whatever the address asks to be shown."""
        return self.documents([self.detailed(self.get_queryset()).get(pk=row.pk)])[0]

    def shown(self, key) -> tuple[Any, dict[str, Any]] | None:
        """The row as it is now and its document as it is wanted; None where the actor does not read it any more."""
        row = self.detailed(self.get_queryset()).filter(pk=key).first()
        return None if row is None else (row, self.shaped([row])[0])

    def address(self, row) -> str:
        return addresses.api(self.resource, row.pk)

    def written(self, row, *, status: int = 200) -> Response:
        """The answer to a write: the record as it is now, its ETag, its address where it is new; or only these."""
        found = self.shown(row.pk)
        if found is None:
            return Response(status=204)
        now, document = found
        headers = {"ETag": self.tag(now)}
        if status == 201:
            headers["Location"] = self.address(now)
        if wants_little(self.request):
            headers["Preference-Applied"] = "return=minimal"
            return Response(status=201 if status == 201 else 204, headers=headers)
        return Response(document, status=status, headers=headers)


class Creates(Writes):
    """POST of a new record."""

    def enter(self, document: Mapping[str, Any]):
        """Enter the record by its service, and give its row."""
        raise NotImplementedError

    def create(self, request, *args, **kwargs):
        strict_parameters(request, {"language"} | self.write_parameters)
        _wanted = self.wanted  # what cannot be shown so is refused before anything is written
        return self.written(self.enter(self.sent(request)), status=201)


class Changes(Writes):
    """PATCH of a record, by a merge patch of the document that the actor reads."""

    def settled(
        self, before: dict[str, Any], document: dict[str, Any], patch: dict[str, Any]
    ) -> dict[str, Any]:
        """`document` with what the patch of `before` meant without saying it."""
        return document

    def change(self, row, document: Mapping[str, Any]):
        """Make the record read as `document` by its service, and give its row. The row is locked."""
        raise NotImplementedError

    def partial_update(self, request, *args, **kwargs):
        strict_parameters(request, {"language"} | self.write_parameters)
        _wanted, patch = self.wanted, self.sent(request)
        with self.held() as (row, demanded):
            # What was read in a language comes back in it.
            read_in = demanded.language(self.version(row)) or translation.get_language()
            with translation.override(read_in):
                before = self.as_read(row)
            document = merge_patch.merged(before, patch)
            if faults := list(
                read_only(ready(self.get_serializer_class()), before, document, fixed=self.fixed)
            ):
                raise Refused(faults)
            row = self.change(row, self.settled(before, document, patch))
        return self.written(row)


class Removes(Writes):
    """DELETE of a record; `reason` says why, in the address."""

    def remove(self, row, reason: str) -> None:
        """Take the record away by its service. The row is locked."""
        raise NotImplementedError

    def destroy(self, request, *args, **kwargs):
        strict_parameters(request, {"language", "reason"})
        with self.held() as (row, _demanded):
            self.remove(row, request.query_params.get("reason", ""))
        return Response(status=204)


def wants_little(request) -> bool:
    """Whether the client asked for an answer without the document: `Prefer: return=minimal` (RFC 7240)."""
    for preference in request.headers.get("Prefer", "").lower().split(","):
        name, _equals, value = preference.partition(";")[0].partition("=")
        if name.strip() == "return":
            return value.strip().strip('"') == "minimal"
    return False


def protected(detail: str, leaning: list[dict[str, str]]) -> Problem:
    """The problem 409 of a record that others lean on: `leaning` refers to the first of them."""
    return Problem("protected", detail=detail, members={"leaning": leaning[:MOST_NAMED]})


def read_only(
    shape: serializers.Serializer,
    read: Mapping[str, Any],
    sent: Mapping[str, Any],
    *,
    fixed: frozenset[str] = frozenset(),
    pointer: str = "",
    path: str = "",
    is_part: bool = False,
) -> Iterator[Fault]:
    """Faults where `sent` says otherwise than `read` what nobody but the registry says.

    Elements of arrays are compared by their ids; they may leave out what is only told, as arrays come whole.
    """
    for name, field in shape.fields.items():
        if name not in read:
            continue
        before, here, way = read[name], f"{pointer}/{name}", f"{path}{name}"
        if field.read_only or way in fixed:
            # In a merge patch null takes away, so that null sent back leaves nothing: both say that there is none.
            if (name in sent or not is_part) and sent.get(name) != before:
                yield Fault(
                    here,
                    "read_only",
                    _("The registry says this itself: leave it out, or send it as you read it."),
                )
            continue
        after = sent.get(name)
        if isinstance(field, serializers.ListSerializer):
            known = {str(each["id"]): each for each in before if "id" in each}
            for index, each in enumerate(after if isinstance(after, list) else ()):
                if isinstance(each, Mapping) and (was := known.get(str(each.get("id")))):
                    yield from read_only(
                        field.child,
                        was,
                        each,
                        fixed=fixed,
                        pointer=f"{here}/{index}",
                        path=f"{way}.",
                        is_part=True,
                    )
        elif isinstance(before, Mapping) and isinstance(after, Mapping):
            if isinstance(field, serializers.Serializer):
                yield from read_only(
                    field, before, after, fixed=fixed, pointer=here, path=f"{way}.", is_part=is_part
                )
            elif isinstance(field, Reference | Code):
                yield from _renamed(before, after, here)


def _renamed(before: Mapping[str, Any], after: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
    """Faults where the same record or term is called otherwise than it is."""
    name = "code" if "code" in before else "id"
    if "key" in after or after.get(name) != before[name]:
        return
    for member, value in before.items():
        if after.get(member, value) != value:
            yield Fault(
                f"{pointer}/{member}",
                "read_only",
                _("This is how it is called; to point at another one, change “%(name)s”.") % {"name": name},
            )
