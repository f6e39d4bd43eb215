"""No page and no resource without a permission: forgetting fails here first."""

import pytest
from rest_framework.viewsets import ViewSetMixin

from config import api
from organizations.permissions import Permission
from tests.addresses import ALL, BORROWED, OPEN, OURS

PAGES = [(path, each.callback) for path, each in OURS if not hasattr(each.callback, "cls")]
RESOURCES = sorted({each.callback.cls for _path, each in OURS if hasattr(each.callback, "cls")}, key=str)
STANDARD = {"list", "retrieve", "create", "update", "partial_update", "destroy"}


@pytest.mark.parametrize(("path", "view"), PAGES, ids=[path for path, _view in PAGES])
def test_page_names_its_permission(path, view):
    assert isinstance(getattr(view, "required", None), Permission), f"{path} is not guarded by @requires"


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda each: each.__name__)
def test_resource_names_a_permission_for_each_action(resource):
    assert issubclass(resource, ViewSetMixin)
    more = {name for each in resource.get_extra_actions() for name in each.mapping.values()}
    offered = (STANDARD & set(dir(resource))) | more

    assert offered == resource.required.keys()
    assert all(isinstance(each, Permission) for each in resource.required.values())


def test_every_resource_of_the_router_was_looked_at():
    assert {resource for _prefix, resource, _name in api.router.registry} <= set(RESOURCES)
    assert len(PAGES) >= 6


def test_what_is_borrowed_stands_where_it_is_expected():
    """allauth's pages guard themselves; nothing else borrowed is reachable."""
    borrowed = {
        path for path, each in ALL if each.callback.__module__.startswith(BORROWED) and each.name not in OPEN
    }
    strangers = {path for path in borrowed if "account/" not in path and not path.startswith("api/v1")}

    assert strangers <= {"jsi18n/", "i18n/setlang/"}
