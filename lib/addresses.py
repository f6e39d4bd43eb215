"""Absolute addresses, the same whoever asks: what a document of the API points with."""

from functools import cache
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from lib.languages import Text


def api(resource: str, key: Any) -> str:
    """The address of one record of the API: `https://…/api/v1/agreements/<id>`."""
    return f"{settings.PUBLIC_URL}{_root()}{resource}/{key}"


@cache
def _root() -> str:
    return reverse("api-root")


def page(target: Any, language: str) -> str:
    """The address of a record's page in one language."""
    with translation.override(language):
        return f"{settings.PUBLIC_URL}{target.get_absolute_url()}"


def reference(type: str, resource: str, key: Any, label: Text | str) -> dict[str, str]:
    """How a document points at another record."""
    return {"id": str(key), "type": type, "label": str(label), "url": api(resource, key)}


def code(term: Any) -> dict[str, str] | None:
    """How a document says a term of a vocabulary."""
    return None if term is None else {"code": term.code, "label": term.label}
