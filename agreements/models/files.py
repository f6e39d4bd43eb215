"""The files behind a source: the signed PDF, its scan page by page. Kept as they came, never altered."""

import pgtrigger
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from agreements.models.drafts import Draft
from agreements.models.evidence import Source
from agreements.models.rules import GUARDED
from audit.models import Recorded
from lib import uploads

_NEVER_ALTERED = gettext_noop("A file is never altered: keep the better one as another file.")
_STAYS = gettext_noop("A file goes from its draft to a source once, and stays with its source.")


def source_file_path(row, filename: str) -> str:
    """A random name in a folder of its own; the name the file came with is kept in a column."""
    return uploads.random_path("sources")


class SourceFileQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """Those of the sources `actor` may read, and of the drafts it works on."""
        source = Source.objects.visible_to(actor).filter(pk=OuterRef("source"))
        draft = Draft.objects.visible_to(actor).filter(pk=OuterRef("draft"))
        return self.filter(Exists(source) | Exists(draft))

    def in_order(self):
        return self.order_by("position", "pk")


class SourceFile(Recorded):
    """A file that a source is read from, sealed by its hash.

    It belongs to a draft until that is entered, and then to the source it was entered as; `part` is the key of that
    source in the draft's content, empty for its only one. `pages` is null where that is unknown.
    """

    class Scan(models.TextChoices):
        """Whether a virus scanner saw it. What a scanner refused is never here."""

        NOT_SCANNED = "not_scanned", _("not scanned")
        CLEAN = "clean", _("clean")

    source = models.ForeignKey(
        Source, models.CASCADE, null=True, blank=True, related_name="files", verbose_name=_("source")
    )
    draft = models.ForeignKey(
        Draft, models.CASCADE, null=True, blank=True, related_name="files", verbose_name=_("draft")
    )
    part = models.CharField(_("part of the draft"), max_length=100, blank=True, default="")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    file = models.FileField(_("file"), upload_to=source_file_path)
    name = models.CharField(_("name of the file"), max_length=uploads.LONGEST_NAME)
    type = models.CharField(_("type"), max_length=4, choices=[(each, each.upper()) for each in uploads.TYPES])
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64, editable=False)
    pages = models.PositiveIntegerField(_("pages"), null=True, blank=True)
    scan = models.CharField(_("virus scan"), max_length=11, choices=Scan, default=Scan.NOT_SCANNED)

    objects = SourceFileQuerySet.as_manager()

    class Meta(Recorded.Meta):
        verbose_name = _("file of a source")
        verbose_name_plural = _("files of sources")
        constraints = [
            models.CheckConstraint(
                name="file_belongs_to_a_source_or_to_a_draft",
                condition=Q(source__isnull=False, draft__isnull=True)
                | Q(source__isnull=True, draft__isnull=False),
                violation_error_message=_("A file belongs to a source or to a draft: choose one."),
            ),
            models.CheckConstraint(
                name="file_of_a_source_is_sealed_by_its_hash",
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                violation_error_message=_("The file's hash is missing."),
            ),
            models.CheckConstraint(
                name="file_of_a_source_is_not_empty",
                condition=Q(size__gt=0),
                violation_error_message=_("The file is empty."),
            ),
            models.UniqueConstraint(
                fields=["source", "sha256"],
                name="file_is_kept_once_for_a_source",
                violation_error_message=_("This file is here already."),
            ),
            models.UniqueConstraint(
                fields=["draft", "sha256"],
                name="file_is_kept_once_for_a_draft",
                violation_error_message=_("This file is here already."),
            ),
        ]
        triggers = [
            *GUARDED,
            pgtrigger.Trigger(
                name="file_is_never_altered",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=f"""
                    IF (NEW.file, NEW.name, NEW.type, NEW.size, NEW.sha256, NEW.scan)
                       IS DISTINCT FROM (OLD.file, OLD.name, OLD.type, OLD.size, OLD.sha256, OLD.scan) THEN
                        RAISE EXCEPTION '{_NEVER_ALTERED}'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'file_of_a_source_is_never_altered';
                    END IF;
                    IF (OLD.source_id IS NOT NULL AND NEW.source_id IS DISTINCT FROM OLD.source_id)
                       OR (NEW.draft_id IS NOT NULL AND NEW.draft_id IS DISTINCT FROM OLD.draft_id) THEN
                        RAISE EXCEPTION '{_STAYS}'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'file_stays_with_its_source';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name
