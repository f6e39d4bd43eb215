"""What the tests of exchange share: people, and files on their way in."""

import pytest
from django.core.files.base import ContentFile

from exchange.imports import desk, run
from exchange.models import Import
from lib.uploads import Upload
from tests.factories import OrganizationFactory, UserFactory


def bring(content: bytes | str, name: str, *, by) -> Import:
    content = content.encode() if isinstance(content, str) else content
    return desk.bring(Upload(ContentFile(content, name), name), by=by)


def done(imported: Import, what: str = "check", *, by) -> Import:
    """What was asked for, done here and now instead of by the worker."""
    desk.ask(imported, what, by=by)
    return run.run(Import.objects.select_related("asked_by").get(pk=imported.pk))


@pytest.fixture
def administrator(db):
    return UserFactory(administrator=True)


@pytest.fixture
def editor(db):
    return UserFactory(editor=True, organization=OrganizationFactory(name_en="The office", slug="the-office"))
