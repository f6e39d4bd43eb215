"""Every hostile file is refused, or kept without being run and read without harm."""

import json
import os
import subprocess
import time

import pytest
from django.conf import settings
from django.core.files.base import ContentFile

from lib import extraction, uploads
from tests.hostile import CORPUS, MEBI

pytestmark = pytest.mark.xdist_group("hostile")
TAKEN = [each for each in CORPUS if not each.refused and each.name.rpartition(".")[2] in extraction.READABLE]
HEAVY = [each for each in TAKEN if each.note]


def named(each) -> str:
    return ascii(each.name[:40])


def test_there_are_more_than_forty():
    assert len(CORPUS) >= 40
    assert any(each.refused for each in CORPUS)
    assert TAKEN


@pytest.mark.parametrize("each", CORPUS, ids=named)
def test_a_file_is_taken_in_or_refused_before_anything_of_it_is_unpacked(each):
    content = ContentFile(each.make())
    began = time.process_time()
    code = ""
    try:
        uploads.recognise(content, uploads.clean_name(each.name))
    except uploads.Unfit as unfit:
        code = unfit.code

    assert code == each.refused
    assert time.process_time() - began < 2


@pytest.mark.parametrize("each", TAKEN, ids=named)
def test_a_file_that_is_taken_in_is_read_or_the_reason_told(each):
    told = extraction.extract(ContentFile(each.make()), each.name.rpartition(".")[2])

    assert set(told.notes) == ({each.note} if each.note else set())
    assert bool(told.text) or told.notes
    assert "root:" not in told.text
    assert len(told.warnings) == len(told.notes)


@pytest.mark.parametrize("each", HEAVY, ids=named)
def test_reading_a_bomb_takes_less_than_two_seconds_and_300_mebibytes(each, tmp_path):
    """Asked of the kernel: of the process that read it, and of its own memory, not that of the one that began it."""
    (tmp_path / "sent").write_bytes(each.make())
    script = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={})\n"
        "spent = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(spent.ru_utime + spent.ru_stime, spent.ru_maxrss)\n"
    )
    command = [*extraction.COMMAND, each.name.rpartition(".")[2], "text"]
    with (tmp_path / "sent").open("rb") as sent:
        told = subprocess.run(
            [extraction.COMMAND[0], "-c", script, *command],
            stdin=sent,
            capture_output=True,
            cwd=settings.BASE_DIR,
            check=True,
        ).stdout
    seconds, kibibytes = (float(each) for each in told.split())

    assert seconds < 2
    assert kibibytes * 1024 < 300 * MEBI


def test_the_reader_knows_no_secret_of_the_registry():
    """It is given no environment, and imports neither the settings nor Django."""
    script = (
        "import sys, lib.extracting.pdf, lib.extracting.docx, lib.extracting.plain; print([*sys.modules])"
    )
    loaded = subprocess.run(
        [*extraction.COMMAND[:-2], "-c", script],
        capture_output=True,
        cwd=settings.BASE_DIR,
        env={},
        check=True,
        text=True,
    ).stdout

    assert "django" not in loaded
    assert "config" not in {each.partition(".")[0] for each in json.loads(loaded.replace("'", '"'))}
    assert os.environ["SECRET_KEY"]
