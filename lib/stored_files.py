"""Compares the files on the disk with the rows that tell of them: none missing, none altered, none left over."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.apps import apps
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import models

from lib import uploads

PATIENCE = 60 * 60
"""Seconds for which a file may lie there without its row: the write that brings both may still be going on."""


@dataclass
class Report:
    """What was checked. `orphans` are names in the storage that no row tells of; `faults` are sentences."""

    files: int = 0
    bytes: int = 0
    faults: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)


def verify(storage: FileSystemStorage = default_storage) -> Report:
    """Read every file that a row tells of, and look for those that none does. The rows are those of this moment."""
    report = Report()
    # First what lies there, then the rows: what comes meanwhile is in the second and not in the first.
    lying = {name: storage.get_modified_time(name).timestamp() for name in _walk(storage)}
    told: set[str] = set()
    for model, column in _columns():
        for row in model._base_manager.order_by("pk").iterator():
            stored = getattr(row, column)
            told.add(stored.name)
            report.files += 1
            _compare(row, stored, report)
    settled = time.time() - PATIENCE
    report.orphans = sorted(name for name, at in lying.items() if name not in told and at < settled)
    return report


def remove_orphans(report: Report, storage: FileSystemStorage = default_storage) -> None:
    for name in report.orphans:
        storage.delete(name)


def _compare(row: models.Model, stored, report: Report) -> None:
    what = f"{stored.name} ({row._meta.verbose_name} {row.pk})"
    try:
        with stored.open("rb") as content:
            report.bytes += content.size
            if uploads.digest(content) != row.sha256:
                report.faults.append(f"{what} is not what was kept: its hash differs.")
    except FileNotFoundError:
        report.faults.append(f"{what} is missing.")


def _columns() -> Iterator[tuple[type[models.Model], str]]:
    """Every column that holds a sealed file."""
    for model in apps.get_models():
        for each in model._meta.concrete_fields:
            if isinstance(each, models.FileField):
                yield model, each.name


def _walk(storage: FileSystemStorage, folder: str = "") -> Iterator[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:  # nothing was ever kept
        return
    start = f"{folder}/" if folder else ""
    yield from (f"{start}{each}" for each in files)
    for each in folders:
        yield from _walk(storage, f"{start}{each}")
