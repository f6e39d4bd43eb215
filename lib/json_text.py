"""JSON as the API writes it: letters as letters, no blanks. What is JSON already is put into it as it is."""

from typing import Any

import orjson
from rest_framework.utils.encoders import JSONEncoder

_default = JSONEncoder().default
_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
# Line ends to JavaScript, though not to JSON: escaped, as Django REST framework does.
_LINE_ENDS = {"\u2028".encode(): rb"\u2028", "\u2029".encode(): rb"\u2029"}

Written = orjson.Fragment
"""`Written(text)` is put into a document as it stands."""


def encode(value: Any) -> bytes:
    """`value` as JSON in UTF-8. Raises TypeError for what orjson cannot write: a whole number beyond 64 bits, say."""
    told = orjson.dumps(value, _default, _OPTIONS)
    for end, escaped in _LINE_ENDS.items():
        told = told.replace(end, escaped)
    return told


def dumps(value: Any) -> str:
    """`value` as JSON."""
    return encode(value).decode()


loads = orjson.loads
