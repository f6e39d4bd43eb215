"""JSON in, JSON out: UTF-8, strict, the same bytes for the same content."""

from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer


class Json(JSONRenderer):
    """Letters as letters, not as escapes."""

    ensure_ascii = False
    charset = "utf-8"


class JsonParser(JSONParser):
    """Refuses NaN and Infinity, which JSON does not have."""

    strict = True
