"""What the generated OpenAPI document gets wrong, put right."""

from typing import Any


def blank_or_value(result: dict, generator, request, public) -> dict:
    """The empty text may match both branches of «blank or value»: that is `anyOf`, not `oneOf`."""
    _mend(result)
    return result


def _mend(node: Any) -> None:
    if isinstance(node, dict):
        if {"type": "string", "maxLength": 0} in node.get("oneOf", ()):
            node["anyOf"] = node.pop("oneOf")
        for below in node.values():
            _mend(below)
    elif isinstance(node, list):
        for below in node:
            _mend(below)
