"""The door for a WSGI server."""

import os
from collections.abc import Callable, Iterable

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

_django = get_wsgi_application()
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
