"""What happened, chained by hash; what every row was, version by version; and the guard that makes all tables tell.

Two append-only tables: events say who changed what and why, row versions say what the registry knew.
"""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from lib.identity import new_id

# The fields that a hash covers, in order, as SQL over a row of the audit table. `manage.py verify_audit` states
# this expression itself and does not call the function in the database, which a superuser could have changed.
SEALED = """sha256(convert_to(jsonb_build_array(
    encode({row}.previous_hash, 'hex'), {row}.chain, {row}.sequence, extract(epoch FROM {row}.at)::text, {row}.verb,
    {row}.target_type, {row}.target_id, {row}.actor, {row}.actor_id, {row}.organization_id, {row}.reason,
    {row}.request_id, {row}.xid::text, {row}.changes)::text, 'UTF8'))"""

SEAL = f"""
    -- Writers of one chain follow each other; writers of different chains never meet. Whoever begins very many chains
    -- at once, which nobody else can know before the commit, says so and holds no lock for each: two that met all the
    -- same would be told apart by the unique place in the chain, and the second refused.
    IF current_setting('mithaq.chains', true) IS DISTINCT FROM 'new' THEN
        PERFORM pg_advisory_xact_lock(hashtextextended(NEW.chain::text, 0));
    END IF;
    SELECT sequence, hash INTO NEW.sequence, NEW.previous_hash
      FROM audit_auditevent WHERE chain = NEW.chain ORDER BY sequence DESC LIMIT 1;
    NEW.sequence := coalesce(NEW.sequence, 0) + 1;
    NEW.previous_hash := coalesce(NEW.previous_hash, ''::bytea);
    NEW.at := clock_timestamp();
    NEW.xid := pg_current_xact_id()::text::bigint;
    -- Not under the seal: it orders events of several clusters, and what was sealed before it came must still verify.
    NEW.epoch := mithaq_epoch();
    NEW.hash := {SEALED.format(row="NEW")};
    RETURN NEW;
"""

REFUSE = """
    RAISE EXCEPTION 'Audit events are never changed or removed.' USING ERRCODE = 'integrity_constraint_violation';
"""

FORGET_NOTHING = """
    RAISE EXCEPTION 'What the registry knew is never changed or removed.'
        USING ERRCODE = 'integrity_constraint_violation';
"""
SPOKEN = (gettext_noop("What the registry knew is never changed or removed."),)

DEMAND_EVENT = """
    -- A number alone can repeat in a cluster that a dump was restored into; the time cannot.
    IF NOT EXISTS (SELECT 1 FROM audit_auditevent
                    WHERE xid = pg_current_xact_id()::text::bigint AND at >= transaction_timestamp()) THEN
        RAISE EXCEPTION 'A change of % came without an audit event.', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation',
                  HINT = 'Change the registry through its services: each writes its event in its own transaction.';
    END IF;
    RETURN NULL;
"""


class AuditEvent(models.Model):
    """One thing that happened: who did what to which record, why, and what each field was before and after.

    Holds no foreign keys, so that it outlives what it tells of. `chain` is the record whose history this belongs to
    (the agreement of a commitment, say); within a chain every event seals the one before it.
    """

    id = models.BigAutoField(primary_key=True)
    chain = models.UUIDField(_("chain"))
    sequence = models.PositiveIntegerField(_("number in the chain"), default=0)
    at = models.DateTimeField(_("at"), auto_now_add=True)
    verb = models.CharField(_("verb"), max_length=60)
    target_type = models.CharField(_("kind of record"), max_length=60)
    target_id = models.CharField(_("record"), max_length=60)
    actor = models.CharField(_("by"), max_length=200)
    actor_id = models.CharField(_("account or token"), max_length=60, blank=True)
    organization_id = models.UUIDField(_("acting for"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    epoch = models.SmallIntegerField(_("epoch of transaction numbers"), db_default=0)
    """Transaction numbers grow within an epoch, and epochs grow: (epoch, xid, id) is the order of the feed."""
    xid = models.BigIntegerField(_("transaction"), default=0)
    changes = models.JSONField(_("changes"), default=dict)
    previous_hash = models.BinaryField(_("seal of the event before"), default=b"")
    hash = models.BinaryField(_("seal"), default=b"")

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        constraints = [
            models.UniqueConstraint(
                fields=["chain", "sequence"], name="audit_event_has_one_place_in_its_chain"
            ),
        ]
        indexes = [
            models.Index(fields=["xid"], name="audit_event_by_transaction"),
            models.Index(fields=["epoch", "xid", "id"], name="audit_event_in_feed_order"),
            models.Index(fields=["target_id", "id"], name="audit_event_by_target"),
            models.Index(fields=["at", "id"], name="audit_event_by_time"),
        ]
        triggers = [
            pgtrigger.Trigger(name="seal", when=pgtrigger.Before, operation=pgtrigger.Insert, func=SEAL),
            pgtrigger.Trigger(
                name="append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=REFUSE,
            ),
            pgtrigger.Trigger(
                name="never_emptied",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                func=REFUSE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.target_type} {self.target_id}"


class Epoch(models.Model):
    """A database cluster in which events were written: its transaction numbers count for themselves.

    A dump restored into a new cluster begins with low numbers again, and so may one whose standby was promoted; the
    first event written there opens the next epoch. Events from before there were epochs are of epoch 0.
    """

    epoch = models.SmallIntegerField(_("epoch"), primary_key=True)
    cluster = models.CharField(
        _("cluster"), max_length=60, help_text=_("Its system identifier and its timeline.")
    )
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("epoch")
        verbose_name_plural = _("epochs")
        constraints = [
            models.UniqueConstraint(
                fields=["cluster"],
                name="cluster_has_one_epoch",
                violation_error_message=_("This cluster has its epoch already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.epoch} {self.cluster}"


class RowVersion(models.Model):
    """What one row of a `Recorded` table was from a moment on, or that it was gone: written by the database itself.

    `at` is the moment of the whole transaction, that of its first change, so that no transaction is ever half known;
    among the versions of a row the highest `id` is the newest. `owner_id` is the record a row is looked up by (the
    agreement of a party). Every remembered table is read as it was through a view of its name in the schema `past`.
    """

    id = models.BigAutoField(primary_key=True)
    table_name = models.CharField(_("table"), max_length=63)
    row_id = models.UUIDField(_("row"), help_text=_("The key, or the MD5 of a vocabulary's code."))
    owner_id = models.UUIDField(_("record it belongs to"), null=True, blank=True)
    xid = models.BigIntegerField(_("transaction"))
    at = models.DateTimeField(_("known since"))
    gone = models.BooleanField(_("removed"), default=False)
    row = models.JSONField(_("the row"))

    class Meta:
        verbose_name = _("version of a row")
        verbose_name_plural = _("versions of rows")
        indexes = [
            models.Index(fields=["table_name", "row_id", "id"], include=["at"], name="row_version_by_row"),
            models.Index(fields=["table_name", "owner_id"], name="row_version_by_owner"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=FORGET_NOTHING,
            ),
            pgtrigger.Trigger(
                name="never_emptied",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                func=FORGET_NOTHING,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table_name} {self.row_id}"


class Recorded(models.Model):
    """A table of the registry: UUIDv7 key, and no change at commit without an audit event in its transaction.

    `part_of` names the column through which a row belongs to the record whose history it is told in: an agreement for
    its parties. Empty for a record with a history of its own.
    """

    part_of = ""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True
        triggers = [
            pgtrigger.Trigger(
                name="change_needs_an_audit_event",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                timing=pgtrigger.Deferred,
                func=DEMAND_EVENT,
            )
        ]
