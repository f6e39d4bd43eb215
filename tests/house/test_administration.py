"""The administration opens to administrators alone: every address of it × everybody else."""

import re

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from organizations.permissions import Role
from tests import factories

pytestmark = pytest.mark.django_db

OPEN = {"login", "logout", "jsi18n"}
"""Sign-in, sign-out, and words for its scripts: they show nothing of the registry."""
KEY = "00000000-0000-7000-8000-000000000000"


def below(resolver: URLResolver, prefix: str, inside: bool = False):
    for each in resolver.url_patterns:
        path = f"{prefix}{each.pattern}"
        if isinstance(each, URLResolver):
            yield from below(each, path, inside or each.namespace == "admin")
        elif inside and isinstance(each, URLPattern):
            yield each.name, path


PLACES = {path: name for name, path in below(get_resolver(), "/") if name not in OPEN}


def filled(path: str) -> str:
    """An address that the pattern `path` takes."""
    path = re.sub(r"\(\?P<app_label>[^)]*\)", "organizations", path)
    path = re.sub(r"\(\?P<url>[^)]*\)|<[^>]*>", KEY, path)
    return re.sub(r"[\^$]", "", path)


def test_every_table_of_the_administration_is_looked_at():
    names = set(PLACES.values())

    for model in admin.site._registry:
        assert f"{model._meta.app_label}_{model._meta.model_name}_changelist" in names


@pytest.mark.parametrize("role", [None, *(each for each in Role.values if each != Role.ADMINISTRATOR)])
def test_nobody_else_comes_in(role):
    client = Client()
    if role == Role.PARTNER_SYSTEM:
        client = Client(headers={"Authorization": f"Bearer {factories.ApiTokenFactory().secret}"})
    elif role:
        client.force_login(
            factories.UserFactory(role=role), backend="django.contrib.auth.backends.ModelBackend"
        )
    let_in = {}
    for path in PLACES:
        for method in (client.get, client.post):
            answer = method(filled(path))
            to_sign_in = answer.status_code == 302 and "/login" in answer["Location"]
            if not to_sign_in and answer.status_code not in {403, 404}:
                let_in[path] = answer.status_code

    assert let_in == {}


def test_an_administrator_comes_in():
    client = Client()
    client.force_login(
        factories.UserFactory(role=Role.ADMINISTRATOR), backend="django.contrib.auth.backends.ModelBackend"
    )

    assert client.get("/en/admin/").status_code == 200
