"""A scanner decides where there is one; one that does not answer lets nothing in."""

import logging

import pytest
from django.core.files.base import ContentFile

from lib import uploads

FILE = b"%PDF-1.7 EICAR"


def clean(file) -> bool:
    return b"EICAR" not in file.read()


def passes(file) -> bool:
    return True


def breaks(file) -> bool:
    raise ConnectionRefusedError


def check(content: bytes = FILE) -> uploads.Passed:
    file = ContentFile(content)
    passed = uploads.check(uploads.Upload(file, "a.pdf"))
    assert file.tell() == 0
    return passed


def test_without_the_setting_nothing_is_scanned(settings):
    settings.UPLOAD_SCANNER = ""

    assert check().scanned is False


@pytest.mark.parametrize("scanner", [f"{__name__}.passes", "grep -vq NOTHING", "true"])
def test_what_the_scanner_finds_clean_is_taken_in(settings, scanner):
    settings.UPLOAD_SCANNER = scanner

    assert check().scanned is True


@pytest.mark.parametrize("scanner", [f"{__name__}.clean", "grep -vq EICAR", "false"])
def test_what_it_does_not_is_refused(settings, scanner):
    settings.UPLOAD_SCANNER = scanner

    with pytest.raises(uploads.Unfit, match="virus scanner found") as unfit:
        check()

    assert unfit.value.code == "infected"


@pytest.mark.parametrize(
    "scanner",
    [f"{__name__}.breaks", "nowhere.at.all", "/no/such/scanner -", "sh -c 'exit 2'", "sh -c 'kill -9 $$'"],
)
def test_a_scanner_that_does_not_answer_lets_nothing_in(settings, scanner, caplog):
    settings.UPLOAD_SCANNER = scanner

    with caplog.at_level(logging.CRITICAL), pytest.raises(uploads.Unfit, match="try again later") as unfit:
        check()

    assert unfit.value.code == "not_scanned"
