"""Files that come in to become records: what was sent, how it is read, what it would do, what it did.

Nothing here is of the registry itself: records are entered by their services, with their events. What stands here is
kept so that people see it, go on with it, and take it back.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection, models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lib import uploads
from lib.identity import new_id
from organizations.models import Organization, User
from organizations.permissions import Permission

LOCKS = 7_201_455
"""The first half of the key of our advisory locks; the second is drawn from the import's id."""


def import_path(row, filename: str) -> str:
    """A random name in a folder of its own; the name the file came with is kept in a column."""
    return uploads.random_path("imports")


class State(models.TextChoices):
    """How far an import is. Nothing of it is stored: it follows from what happened, and from who still works."""

    MAPPING = "mapping", _("to be prepared")
    WAITING = "waiting", _("waiting for its turn")
    CHECKING = "checking", _("being checked")
    CHECKED = "checked", _("checked")
    APPLYING = "applying", _("being entered")
    STOPPED = "stopped", _("stopped before its end")
    FAILED = "failed", _("could not be read")
    APPLIED = "applied", _("entered")
    UNDONE = "undone", _("taken back")


def worked_on(imports: Iterable["Import"]) -> set[UUID]:
    """The keys of those whose lock a transaction holds now: one query, however many."""
    locks = {each.lock % 2**32: each.pk for each in imports}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND classid::bigint = %s AND objid::bigint = ANY(%s) AND objsubid = 2",
            [LOCKS, list(locks)],
        )
        return {locks[key] for (key,) in cursor.fetchall()}


class ImportQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """One's own and those of colleagues of the same organization; all of them, for administrators."""
        if actor.account_id is None or not actor.may(Permission.REGISTER):
            return self.none()
        if actor.may(Permission.ADMINISTER):
            return self
        ours = Q(owner=actor.account_id)
        if actor.organization_id:
            ours |= Q(organization=actor.organization_id)
        return self.filter(ours)


class Import(models.Model):
    """One file and what is decided about it.

    `options` are a reader's choices (`imports/reading.py`); `found` is what was found by them: a list of parts (sheets,
    or files of a package), each with encoding, delimiter, header, columns, first rows and remarks; `mapping` says for
    each part which table it is and what its columns are. `asked` is the last thing asked for, a check or the entry, and
    the three times after it tell how far that is. `counts` are numbers of rows by verdict, of the last run that ended.
    """

    class Mode(models.TextChoices):
        """What is entered when rows are refused."""

        ALL = "all", _("everything or nothing")
        VALID = "valid", _("the rows that are right")

    class Asked(models.TextChoices):
        """What a run is for."""

        CHECK = "check", _("check")
        APPLY = "apply", _("entry")

    MOVING = ("asked", "begun_at", "ended_at", "fault", "applied_at", "applied_by", "done", "total", "counts")
    """The columns that change while somebody works on it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(User, models.PROTECT, related_name="imports", verbose_name=_("brought by"))
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="imports",
        verbose_name=_("brought for"),
    )
    brought_at = models.DateTimeField(_("brought"), auto_now_add=True)
    file = models.FileField(_("file"), upload_to=import_path)
    name = models.CharField(_("name of the file"), max_length=uploads.LONGEST_NAME)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64, editable=False)
    options = models.JSONField(_("how it is read"), default=dict, blank=True)
    found = models.JSONField(_("what was found"), default=list, blank=True)
    mapping = models.JSONField(_("what its columns are"), default=dict, blank=True)
    mode = models.CharField(_("if rows are refused"), max_length=5, choices=Mode, default=Mode.ALL)
    asked = models.CharField(_("last asked for"), max_length=5, choices=Asked, blank=True, default="")
    asked_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked for at"), null=True, blank=True)
    begun_at = models.DateTimeField(_("begun at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    language = models.CharField(_("language of its messages"), max_length=2, default="en")
    fault = models.TextField(_("why it could not be read"), blank=True, default="")
    done = models.PositiveIntegerField(_("records looked at"), default=0)
    total = models.PositiveIntegerField(_("records in all"), default=0)
    counts = models.JSONField(_("rows by verdict"), default=dict, blank=True)
    applied_at = models.DateTimeField(_("entered at"), null=True, blank=True)
    applied_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("entered by")
    )
    undone_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            models.CheckConstraint(
                name="import_is_sealed_by_its_hash",
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                violation_error_message=_("The file's hash is missing."),
            ),
            models.CheckConstraint(
                name="import_names_who_entered_it",
                condition=Q(applied_at__isnull=True, applied_by__isnull=True)
                | Q(applied_at__isnull=False, applied_by__isnull=False),
                violation_error_message=_("An import that was entered names who did so."),
            ),
            models.CheckConstraint(
                name="import_is_taken_back_after_it_was_entered",
                condition=Q(undone_at__isnull=True) | Q(applied_at__isnull=False),
                violation_error_message=_("Only what was entered is taken back."),
            ),
        ]
        indexes = [models.Index(fields=["owner", "-brought_at"], name="import_by_owner")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("import", args=[self.pk])

    @property
    def is_bulk(self) -> bool:
        """Whether it came by the command line, with more rows than are kept one by one: no file, rows or effects."""
        return bool(self.options.get("bulk"))

    @property
    def may_move(self) -> bool:
        """Whether somebody may work on it now, as far as was read."""
        return bool(self.asked) and not self.applied_at

    @property
    def lock(self) -> int:
        """The second half of the key of the lock that whoever works on it holds until the end of the transaction."""
        return int.from_bytes(self.pk.bytes[-4:], "big", signed=True)

    def take(self) -> bool:
        """Lock it until the end of this transaction; False when somebody else works on it."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCKS, self.lock])
            return cursor.fetchone()[0]

    def wait(self) -> None:
        """Lock it until the end of this transaction, as soon as nobody else works on it."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCKS, self.lock])

    def is_worked_on(self) -> bool:
        """Whether a transaction holds its lock now. A process that was killed holds none."""
        return self.pk in worked_on([self])

    def state(self) -> State:
        """How far it is now. Asks who works on it before it looks what is done, so that no end is taken for a death."""
        if not self.may_move:
            return self.how_far(works=False)
        works = self.is_worked_on()
        self.refresh_from_db(fields=self.MOVING)
        return self.how_far(works=works)

    def how_far(self, *, works: bool) -> State:
        """The same of what was read already, where somebody `works` on it or not. No query."""
        if self.undone_at:
            return State.UNDONE
        if self.applied_at:
            return State.APPLIED
        if not self.asked:
            return State.MAPPING
        if self.ended_at:
            return State.FAILED if self.fault else State.CHECKED
        if self.begun_at is None:
            return State.WAITING
        if not works:
            return State.STOPPED
        return State.APPLYING if self.asked == self.Asked.APPLY else State.CHECKING


class ImportRow(models.Model):
    """What one line of the file would do, or did.

    `faults` are a list of {"column", "header", "message", "hint"}; `changes` a list of {"name", "before", "after"};
    `notes` a list of sentences.
    """

    class Verdict(models.TextChoices):
        """What becomes of it."""

        CREATE = "create", _("new")
        CHANGE = "change", _("changes a record")
        SAME = "same", _("changes nothing")
        REFUSED = "refused", _("refused")

    imported = models.ForeignKey(Import, models.CASCADE, related_name="rows", verbose_name=_("import"))
    part = models.CharField(_("sheet or file"), max_length=120, blank=True, default="")
    table = models.CharField(_("table"), max_length=40)
    line = models.PositiveIntegerField(_("line"))
    verdict = models.CharField(_("what becomes of it"), max_length=8, choices=Verdict)
    title = models.CharField(_("what it is called"), max_length=200, blank=True, default="")
    faults = models.JSONField(_("faults"), default=list, blank=True)
    changes = models.JSONField(_("changes"), default=list, blank=True)
    notes = models.JSONField(_("notes"), default=list, blank=True)
    target_type = models.CharField(_("kind of record"), max_length=60, blank=True, default="")
    target_id = models.CharField(_("record"), max_length=60, blank=True, default="")

    class Meta:
        verbose_name = _("line of an import")
        verbose_name_plural = _("lines of imports")
        indexes = [models.Index(fields=["imported", "verdict", "id"], name="import_row_by_verdict")]

    def __str__(self) -> str:
        return f"{self.table} {self.line}"


class ImportEffect(models.Model):
    """One record of the registry that an import made or changed, with what it takes to take that back.

    `sequence` is the place of its last event in its chain then: a later one means that somebody has changed it since.
    `before` is the document it read as, for one that was there already.
    """

    imported = models.ForeignKey(Import, models.CASCADE, related_name="effects", verbose_name=_("import"))
    target_type = models.CharField(_("kind of record"), max_length=60)
    target_id = models.UUIDField(_("record"))
    chain = models.UUIDField(_("chain"))
    sequence = models.PositiveIntegerField(_("last event then"))
    made = models.BooleanField(_("made"))
    before = models.JSONField(_("what it was"), null=True, blank=True)

    class Meta:
        verbose_name = _("effect of an import")
        verbose_name_plural = _("effects of imports")
        constraints = [
            models.UniqueConstraint(
                fields=["imported", "target_type", "target_id"], name="import_touches_a_record_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.target_type} {self.target_id}"


class KnownHeader(models.Model):
    """What the columns of a header were last said to be, for the next file with the same one."""

    owner = models.ForeignKey(
        User,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="known_headers",
        verbose_name=_("of the person"),
    )
    organization = models.ForeignKey(
        Organization,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="known_headers",
        verbose_name=_("of the organization"),
    )
    fingerprint = models.CharField(_("fingerprint of the header"), max_length=64)
    table = models.CharField(_("table"), max_length=40)
    columns = models.JSONField(_("columns"), default=dict)
    said_at = models.DateTimeField(_("said"), auto_now=True)

    class Meta:
        verbose_name = _("known header")
        verbose_name_plural = _("known headers")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "organization", "fingerprint"],
                nulls_distinct=False,
                name="header_is_known_once_to_its_readers",
            ),
            models.CheckConstraint(
                name="known_header_belongs_to_a_person_or_an_organization",
                condition=Q(owner__isnull=False, organization__isnull=True)
                | Q(owner__isnull=True, organization__isnull=False),
                violation_error_message=_("A known header belongs to a person or to an organization."),
            ),
        ]

    def __str__(self) -> str:
        return self.table
