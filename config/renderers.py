"""JSON comes in strictly; what goes out is `lib/formats.py`."""

from rest_framework.parsers import JSONParser


class JsonParser(JSONParser):
    """Refuses NaN and Infinity, which JSON does not have."""

    strict = True
