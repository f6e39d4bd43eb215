"""Every address of the URL conf, for the tests that hold for all of them."""

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from django.urls import URLPattern, URLResolver, get_resolver, resolve

# Open to everybody on purpose: they show nothing of the registry.
OPEN = {
    "healthz",
    "openapi",
    "problem",
    "problems",
    "developers",
    "terms",
    "context",
    "oauth-token",
    "jsi18n",
    "javascript-catalog",
    "set_language",
}
BORROWED = ("allauth", "django", "rest_framework")


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address below `resolver`, but those of the administration: its site guards them all alike."""
    for each in resolver.url_patterns:
        path = f"{prefix}{each.pattern}"
        if isinstance(each, URLResolver):
            if each.namespace != "admin":
                yield from patterns(each, path)
        else:
            yield path, each


ALL = [(path, each) for path, each in patterns(get_resolver())]
OURS = [
    (path, each)
    for path, each in ALL
    if not each.callback.__module__.startswith(BORROWED) and each.name not in OPEN
]

POSTED = {
    "agreement-follow",
    "agreement-unfollow",
    "follow-up-set",
    "follow-up-done",
    "follow-up-reopen",
    "follow-up-remove",
    "view-save",
    "view-rename",
    "view-remove",
    "activity-withdraw",
    "agreement-bring-back",
    "apart",
    "merge-undo",
    "source-file-add",
    "source-cite",
    "without-source",
    "draft-sign",
    "draft-reopen",
    "draft-place",
    "draft-accept",
    "draft-part",
    "draft-turn",
    "draft-discard",
    "import-read",
    "import-ask",
    "draft-alike",
    "draft-files",
    "api-activities-evidence",
    "api-batch-activities-list",
    "api-batch-agreements-list",
    "api-batch-organizations-list",
    "api-batch-people-list",
    "api-imports-list",
    "api-jobs-apply",
    "api-jobs-undo",
    "api-organizations-merge",
    "api-people-merge",
    "webhook-rotate",
    "webhook-test",
    "webhook-switch",
    "webhook-again",
    "api-webhook-endpoints-rotate-secret",
    "api-webhook-endpoints-test",
    "api-webhook-endpoints-redeliver",
}
"""What only takes a POST: there is nothing to read."""

READ = {each.name for _path, each in OURS} - POSTED


def named(addresses: Iterable[str]) -> set[str]:
    """The names under which the URL conf knows `addresses`, whose `{placeholders}` stand for codes and keys."""
    some = {"code": "MQ-0001", "slug": "some", "signature": "x", "vocabulary": "themes", "delivery": "1"}
    key = "00000000-0000-7000-8000-000000000000"

    class Filled(dict):
        def __missing__(self, placeholder):
            return some.get(placeholder, key)

    return {resolve(urlsplit(each).path.format_map(Filled())).url_name for each in addresses}
