"""The door for a WSGI server."""

import gc
import os
from collections.abc import Callable, Iterable

from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

_django = get_wsgi_application()
# What is loaded stays: Python's search for rings, which a page of many objects sets off, need not go through it again.
get_resolver().url_patterns  # noqa: B018  loads all views
gc.collect()
gc.freeze()
_ours = frozenset(os.environ)


def application(environ: dict, start_response: Callable) -> Iterable[bytes]:
    """Django's, without the variables of the process, which some servers put into every request.

    There are secrets among them, and what is called HTTP_… would pass for a header. An answer that is whole goes out
    as a list: a server sends it at once, and would ask piece by piece for anything else.
    """
    for name in _ours & environ.keys():
        del environ[name]
    answer = _django(environ, start_response)
    if getattr(answer, "streaming", True):
        return answer
    try:
        return [answer.content]
    finally:
        answer.close()
        _part(answer)


def _part(answer: HttpResponse) -> None:
    """Let an answer of the API and its view go of each other, which Django REST framework ties together.

    A page of two megabytes would else stay until Python looks for such rings, and hundreds of them with it.
    """
    if context := vars(answer).pop("renderer_context", None):
        vars(context["view"]).clear()
