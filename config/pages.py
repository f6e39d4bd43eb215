"""The pages that say what went wrong and what to do next, in the reader's language.

403, 404 and the refused form know the reader and draw the whole shell. 400, 500 and 503 may stand where
there is neither session nor database: their shell is drawn from nothing but the address.
"""

import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from lib import languages

_log = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _without_reader(request, "400.html", 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form came without its token: the page was open too long, or cookies are refused."""
    _log.warning("form refused: %s", reason)
    return render(request, "csrf_failure.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    return _without_reader(request, "500.html", 500)


def unavailable(request: HttpRequest, *, after: int) -> HttpResponse:
    """The database is away; after so many seconds it is worth while to ask again."""
    response = _without_reader(request, "503.html", 503)
    response["Retry-After"] = str(after)
    return response


def _without_reader(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """`template` in the language of the address, without context processors; plain words if even that fails."""
    language = translation.get_language_from_path(request.path_info) or languages.current()
    with translation.override(language):
        try:
            page = render_to_string(
                template,
                {
                    "site_name": settings.SITE_NAME,
                    "language": language,
                    "dir": languages.direction(language),
                    "request_id": getattr(request, "id", ""),
                },
            )
        except Exception:
            _log.exception("the page %s could not be drawn", template)
            words = _("Something went wrong on our side. Try again in a minute.")
            return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
    return HttpResponse(page, status=status)
