"""What is sent, in the OpenAPI document: as exactly as a schema can say what the service takes.

A strict object takes no other members; what the registry only tells may come back as it was read. In a merge patch
(RFC 7396) nothing is demanded, at whatever depth, and null empties what may be left out.
"""

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import (
    ResolvedComponent,
    append_meta,
    force_instance,
    is_patched_serializer,
)
from rest_framework import serializers

from lib.shapes import Code, Reference, Strict

TOLD = {"readOnly": True, "description": "Told by the registry: leave it out, or send it as it was read."}


class Taken(AutoSchema):
    """The schemas of requests."""

    def _map_basic_serializer(self, serializer, direction):
        serializer = force_instance(serializer)
        if direction == "request" and is_patched_serializer(serializer, direction):
            for field in serializer.fields.values():
                field.allow_null = field.allow_null or not (field.required or field.read_only)
                # Arrays come whole, objects are patched in their turn.
                if not isinstance(field, serializers.ListSerializer):
                    field.partial = True
        return super()._map_basic_serializer(serializer, direction)

    def _map_serializer_field(self, field, direction, bypass_extensions=False):
        if direction != "request":
            return super()._map_serializer_field(field, direction, bypass_extensions)
        if field.read_only:
            return dict(TOLD)
        if hasattr(field, "taken"):
            taken = self._taken(field, is_patch=getattr(field, "partial", False))
            return append_meta(taken, self._get_serializer_field_meta(field, direction))
        schema = super()._map_serializer_field(field, direction, bypass_extensions)
        if isinstance(field, serializers.DecimalField):
            number = {"type": "number", "minimum": field.min_value} if field.min_value is not None else {}
            schema = {"anyOf": [schema, number or {"type": "number"}]}
        return schema

    def _taken(self, field, *, is_patch: bool) -> dict:
        """What a field of ours takes; what many members are alike is told once, among the components."""
        schema = field.taken(is_patch=is_patch)
        if not isinstance(field, Code | Reference):
            return schema
        name = f"{'Patched' if is_patch else ''}{type(field).__name__}Request"
        component = ResolvedComponent(name, ResolvedComponent.SCHEMA, schema=schema, object=type(field))
        self.registry.register_on_missing(component)
        return component.ref

    def _postprocess_serializer_schema(self, schema, serializer, direction):
        schema = super()._postprocess_serializer_schema(schema, serializer, direction)
        if direction == "request" and isinstance(serializer, Strict):
            told = [name for name, field in serializer.fields.items() if field.read_only]
            schema["properties"] |= {name: dict(TOLD) for name in told}
            schema["additionalProperties"] = False
        if direction == "request" and is_patched_serializer(serializer, direction):
            for told in schema["properties"].values():
                told.pop("default", None)  # what is left out stays as it is
        return schema
