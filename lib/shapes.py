"""What a document looks like, checked member by member: strict objects, texts, codes, references, dates.

The same classes describe the API in its OpenAPI document. They check form only; what the registry's rules say of the
content is the services' business.
"""

import difflib
import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lib import languages
from lib.claims import Basis, DateClaim
from lib.problems import Refused, pointed

_UNFIT = re.compile(r"[\x00\ud800-\udfff]")


def checked(shape: type[serializers.Serializer], document: Any) -> Mapping[str, Any]:
    """What `document` says, in values of Python. Raises Refused with every fault of its form, each at its place."""
    try:
        return ready(shape).run_validation(document)
    except serializers.ValidationError as error:
        raise Refused(list(pointed(error.detail))) from error


def ready(shape: type[serializers.Serializer]) -> serializers.Serializer:
    """One serializer of this class for all documents: to build one with its fields takes longer than to use it.

    To be asked for its fields, and to validate: neither leaves anything behind in it, whoever else asks at once. One
    for each language: fields write some of their messages, «at most 120 characters», when they are built.
    """
    return _ready(shape, languages.current())


@cache
def _ready(shape: type[serializers.Serializer], language: str) -> serializers.Serializer:
    with translation.override(language):
        return shape()


class Strict(serializers.Serializer):
    """An object that refuses members it does not know, naming the nearest it does."""

    def to_internal_value(self, data):
        if isinstance(data, dict) and (strangers := [member for member in data if member not in self.fields]):
            raise serializers.ValidationError({member: [self._unknown(str(member))] for member in strangers})
        return super().to_internal_value(data)

    def _unknown(self, member: str) -> serializers.ErrorDetail:
        near = difflib.get_close_matches(member, self.fields, n=1)
        message = (
            _("Unknown member; did you mean “%(near)s”?") % {"near": near[0]}
            if near
            else _("Unknown member.")
        )
        return serializers.ErrorDetail(message, code="unknown_member")


class Worded(serializers.Field):
    """A field whose refusals show how it is done: braces in them are JSON, not places to fill."""

    def fail(self, key, **kwargs):
        raise serializers.ValidationError(self.error_messages[key] % kwargs, code=key)


@extend_schema_field({"type": "object", "properties": {code: {"type": "string"} for code in languages.CODES}})
class Texts(Worded):
    """The same words in several languages: `{"fr": "…", "ar": "…"}`, at least one unless `allow_empty`."""

    default_error_messages = {
        "object": _('Give an object of languages and words, like {"fr": "…"}.'),
        "language": _("Languages here are en, fr and ar."),
        "words": _("Give words, as a text that is not empty; leave out a language you do not have."),
        "empty": _("Give the words in at least one language."),
        "too_long": _("At most %(limit)d characters."),
        "unfit": _("A null character or half of a surrogate pair is no part of a text."),
    }

    def __init__(self, *, allow_empty: bool = False, max_length: int | None = None, **kwargs):
        self.allow_empty, self.max_length = allow_empty, max_length
        if allow_empty:
            kwargs.setdefault("required", False)
            kwargs.setdefault("default", dict)
        super().__init__(**kwargs)

    def taken(self, *, is_patch: bool = False) -> dict:
        """The schema of what is sent; in a merge patch null takes a language away."""
        words = {"type": ["string", "null"] if is_patch else "string", "pattern": r"\S"}
        if self.max_length:
            words["maxLength"] = self.max_length
        schema = {
            "type": "object",
            "properties": {code: dict(words) for code in languages.CODES},
            "additionalProperties": False,
        }
        return schema if is_patch or self.allow_empty else schema | {"minProperties": 1}

    def to_internal_value(self, data):
        if not isinstance(data, dict):
            self.fail("object")
        for language, words in data.items():
            if language not in languages.CODES:
                self.fail("language")
            if not isinstance(words, str) or not words.strip():
                self.fail("words")
            if self.max_length and len(words) > self.max_length:
                self.fail("too_long", limit=self.max_length)
            if _UNFIT.search(words):
                self.fail("unfit")
        if not data and not self.allow_empty:
            self.fail("empty")
        return dict(data)

    def to_representation(self, value):
        return value


@extend_schema_field(
    {
        "type": "object",
        "required": ["code"],
        "properties": {"code": {"type": "string"}, "label": {"type": "string", "readOnly": True}},
    }
)
class Code(Worded):
    """A term of a vocabulary: `{"code": "training"}`, or the code alone; read, it comes with its label."""

    default_error_messages = {"form": _('Give a code, like {"code": "training"}.')}

    def __init__(self, *, code: str = "", **kwargs):
        # The default is a callable, so that the contract does not print it as if it were a whole object.
        super().__init__(**({"default": lambda: code} if code else {}) | kwargs)

    def taken(self, *, is_patch: bool = False) -> dict:
        """The schema of what is sent."""
        code = {"type": "string", "minLength": 1}
        term = {
            "type": "object",
            "properties": {"code": code, "label": {"type": "string", "readOnly": True}},
            "additionalProperties": False,
        }
        return {"anyOf": [code, term if is_patch else term | {"required": ["code"]}]}

    def to_internal_value(self, data):
        if isinstance(data, dict) and data.keys() <= {"code", "label"}:
            data = data.get("code")
        if not isinstance(data, str) or not data or _UNFIT.search(data):
            self.fail("form")
        return data

    def to_representation(self, value):
        return value


_WAYS = {"id": {"type": "string", "format": "uuid"}, "key": {"type": "string", "minLength": 1}}


@extend_schema_field(
    {
        "type": "object",
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "key": {"type": "string", "writeOnly": True},
            "type": {"type": "string", "readOnly": True},
            "label": {"type": "string", "readOnly": True},
            "url": {"type": "string", "format": "uri", "readOnly": True},
        },
    }
)
class Reference(Worded):
    """Points at a record: `{"id": …}` of the registry, or `{"key": …}` of one that the same document brings."""

    default_error_messages = {
        "form": _('Give {"id": …} of a record, or {"key": …} of one in this document.'),
    }

    ways = ("id", "key")
    """The members that say which record is meant."""

    def taken(self, *, is_patch: bool = False) -> dict:
        """The schema of what is sent."""
        told = {name: {"type": "string", "readOnly": True} for name in ("type", "label", "url")}
        schema = {
            "type": "object",
            "properties": {way: _WAYS[way] for way in self.ways} | told,
            "additionalProperties": False,
        }
        if is_patch:
            return schema
        return schema | {"anyOf": [{"required": [way]} for way in self.ways]}

    def to_internal_value(self, data):
        if not isinstance(data, dict) or not data.keys() <= {*self.ways, "type", "label", "url"}:
            self.fail("form")
        pointer = next((data[way] for way in reversed(self.ways) if data.get(way)), None)
        if not isinstance(pointer, str) or not pointer or _UNFIT.search(pointer):
            self.fail("form")
        return pointer

    def to_representation(self, value):
        return value


@extend_schema_field(
    {
        "type": "object",
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "type": {"type": "string", "readOnly": True},
            "label": {"type": "string", "readOnly": True},
            "url": {"type": "string", "format": "uri", "readOnly": True},
        },
    }
)
class Known(Reference):
    """Points at a record of the registry by its id, where the document brings none that could be meant by a key."""

    default_error_messages = {"form": _('Give the id of a record of the registry: {"id": …}.')}
    ways = ("id",)


@extend_schema_field({"type": "string", "description": "A web address, or the empty text."})
class Address(serializers.URLField):
    """A web address where there is one, else the empty text."""

    def __init__(self, **kwargs):
        super().__init__(**({"required": False, "allow_blank": True, "default": ""} | kwargs))


class Pointer(serializers.CharField):
    """Points at another part of the same document, by the `key` it was sent with or the `id` it was read with."""

    def __init__(self, **kwargs):
        super().__init__(**({"max_length": 80} | kwargs))


class Claim(Strict):
    """A date as claimed: words, first and last possible day, and on what basis. No day is ever invented."""

    stated = serializers.CharField(required=False, allow_null=True, default=None, max_length=1000)
    earliest = serializers.DateField(required=False, allow_null=True, default=None)
    latest = serializers.DateField(required=False, allow_null=True, default=None)
    basis = serializers.ChoiceField(choices=Basis, default=Basis.NOT_STATED)
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)
    edtf = serializers.CharField(read_only=True, allow_null=True)

    def __init__(self, **kwargs):
        super().__init__(**({"required": False, "default": DateClaim} | kwargs))

    def validate(self, data) -> DateClaim:
        text, earliest, latest, basis = data["stated"] or "", data["earliest"], data["latest"], data["basis"]
        if earliest and latest and earliest > latest:
            raise serializers.ValidationError({"latest": [_("The last possible day comes after the first.")]})
        if latest == date.max:
            raise serializers.ValidationError({"latest": [_("Leave it out when there is no last day.")]})
        known = bool(earliest or latest)
        if known and basis not in {Basis.STATED, Basis.DERIVED}:
            raise serializers.ValidationError(
                {
                    "basis": [
                        _("A date with days is “stated” or “derived”; without either, leave out the days.")
                    ]
                }
            )
        if not known and basis in {Basis.STATED, Basis.DERIVED}:
            raise serializers.ValidationError(
                {
                    "earliest": [
                        _("Give the first or last possible day, or the basis “relative” or “not_stated”.")
                    ]
                }
            )
        if basis in {Basis.STATED, Basis.RELATIVE} and not text:
            raise serializers.ValidationError({"stated": [_("Give the words of the source.")]})
        if basis == Basis.DERIVED and not data["note"]:
            raise serializers.ValidationError({"note": [_("Say from what the date is derived.")]})
        if basis == Basis.NOT_STATED and text:
            raise serializers.ValidationError(
                {"basis": [_("There are words: choose “relative”, or give the days.")]}
            )
        return DateClaim(text, earliest, latest, basis, data["note"])
