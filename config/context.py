"""What every page's shell is drawn from: the reader's language, the same page in the others, the section."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url

from agreements.queries import waiting
from lib import languages
from organizations.permissions import Permission

# The first letters of a URL name → the item of the main menu it stands under.
_SECTIONS = {
    "home": "home",
    "agreement": "agreements",
    "quality": "agreements",
    "source": "agreements",
    "organization": "organizations",
    "people": "organizations",
    "person": "organizations",
    "activit": "activities",
    "commitment": "agreements",
    "progress": "agreements",
    "draft": "agreements",
    "api": "api",
}


def shell(request: HttpRequest) -> dict:
    """`site_name`, `language`, `dir`, `language_links`, `section` and `may`, without a single query.

    `waits` is asked by the bell alone: a query, for those who enter records.
    """
    language = languages.current()
    return {
        "site_name": settings.SITE_NAME,
        "language": language,
        "dir": languages.direction(language),
        "language_links": language_links(request.get_full_path(), language),
        "section": section(request),
        "may": {each.name.lower(): request.user.may(each) for each in Permission}
        if hasattr(request, "user")
        else {},
        "waits": lambda: waiting.count(request.user),
    }


def language_links(address: str, current: str) -> list[dict]:
    """This page in each language: `{code, name, dir, url, current}`, names in their own script."""
    return [
        {
            "code": code,
            "name": name,
            "dir": languages.direction(code),
            "url": _in_language(address, code),
            "current": code == current,
        }
        for code, name in settings.LANGUAGES
    ]


def section(request: HttpRequest) -> str:
    """The item of the main menu this page belongs to; blank for the others."""
    match = getattr(request, "resolver_match", None)
    name = match.url_name if match and not match.app_names else ""
    return next((item for start, item in _SECTIONS.items() if (name or "").startswith(start)), "")


def _in_language(address: str, code: str) -> str:
    """`address` with the language prefix `code`.

    An address that leads nowhere (the page «not found») has no route to translate: its prefix is
    exchanged, and an address without prefix becomes the home page.
    """
    translated = translate_url(address, code)
    if translated != address:
        return translated
    parts = urlsplit(address)
    head, _, rest = parts.path.removeprefix("/").partition("/")
    if head not in languages.CODES:
        return f"/{code}/"
    return parts._replace(scheme="", netloc="", path=f"/{code}/{rest}").geturl()
