"""Which events partner systems are told of, as what, and of which record: one table for the feed and the webhooks."""

from dataclasses import dataclass

from django.db import models

from activities.models import (
    Activity,
    ActivityOrganizer,
    EvidenceFile,
    Fulfilment,
    Participation,
    ProgressView,
)
from agreements.models import (
    Advantage,
    AdvantageBeneficiary,
    Agreement,
    AgreementIdentifier,
    AgreementLink,
    AgreementSource,
    AgreementTheme,
    Amendment,
    AmendmentChange,
    Citation,
    Commitment,
    CommitmentBeneficiary,
    CommitmentDebtor,
    LifecycleEvent,
    NamedGroup,
    NoiseSpan,
    Objective,
    ObjectiveGroup,
    OpenQuestion,
    Party,
    Programme,
    Reading,
    Signatory,
    Source,
    SourceFile,
    Statement,
    WithoutSource,
)
from organizations.models import (
    Alias,
    ExternalIdentifier,
    Office,
    Organization,
    Person,
    ProfileClaim,
)

CREATED, UPDATED, DELETED, MERGED, RESTORED = "created", "updated", "deleted", "merged", "restored"
ACTIONS = (CREATED, UPDATED, DELETED, MERGED, RESTORED)


@dataclass(frozen=True)
class Kind:
    """A kind of record that is told of: its model, its resource in the API, the tables whose rows are parts of it.

    A part's event stands in the chain of its record; `parts` names the member of the document a part stands in.
    """

    name: str
    model: type[models.Model]
    resource: str
    parts: dict[type[models.Model], str]
    by_chain: bool = True
    """Whether the chain is the record; a progress view is told in the chain of its agreement."""


KINDS = {
    each.name: each
    for each in (
        Kind(
            "agreement",
            Agreement,
            "agreements",
            {
                AgreementIdentifier: "identifiers",
                AgreementTheme: "themes",
                NamedGroup: "groups",
                Party: "parties",
                Signatory: "parties",
                Objective: "objectives",
                ObjectiveGroup: "objectives",
                Commitment: "commitments",
                CommitmentDebtor: "commitments",
                CommitmentBeneficiary: "commitments",
                Statement: "statements",
                Advantage: "advantages",
                AdvantageBeneficiary: "advantages",
                AgreementSource: "sources",
                Citation: "citations",
                OpenQuestion: "questions",
                Reading: "questions",
                LifecycleEvent: "events",
                AgreementLink: "links",
                Amendment: "amendments",
                AmendmentChange: "amendments",
                WithoutSource: "without_source",
            },
        ),
        Kind(
            "organization",
            Organization,
            "organizations",
            {Alias: "aliases", ExternalIdentifier: "identifiers", ProfileClaim: "profile"},
        ),
        Kind("person", Person, "people", {Office: "offices"}),
        Kind("programme", Programme, "programmes", {}),
        Kind("source", Source, "sources", {SourceFile: "files", NoiseSpan: "noise"}),
        Kind(
            "activity",
            Activity,
            "activities",
            {
                ActivityOrganizer: "organizers",
                Fulfilment: "counts_toward",
                Participation: "reached",
                EvidenceFile: "evidence",
            },
        ),
        Kind("progress_view", ProgressView, "progress-views", {}, by_chain=False),
    )
}

# Table of the target, as events name it → the kind it is told as.
TARGETS: dict[str, Kind] = {
    model._meta.label_lower: kind for kind in KINDS.values() for model in (kind.model, *kind.parts)
}
# Model name, as events of corrections name rows → the member it stands in.
MEMBERS: dict[str, str] = {
    model._meta.model_name: member for kind in KINDS.values() for model, member in kind.parts.items()
}

# Every verb that a service writes about one of these tables → what becomes of the record; None for what happens beside
# it, at the desk and between its authors and reviewers. `<table>.created`, `.changed` and `.removed` need no line.
VERBS: dict[str, str | None] = {
    "activity.cancelled": UPDATED,
    "activity.changed": UPDATED,
    "activity.links_moved": UPDATED,
    "activity.links_restored": UPDATED,
    "activity.reported": CREATED,
    "activity.withdrawn": DELETED,
    "agreement.amended": UPDATED,
    "agreement.brought_back": RESTORED,
    "agreement.called_back": UPDATED,
    "agreement.change_called_back": None,
    "agreement.change_sent_back": None,
    "agreement.change_submitted": None,
    "agreement.comment_settled": None,
    "agreement.commented": None,
    "agreement.corrected": UPDATED,
    "agreement.event_recorded": UPDATED,
    "agreement.has_duplicate": UPDATED,
    "agreement.links_moved": UPDATED,
    "agreement.links_restored": UPDATED,
    "agreement.published": UPDATED,
    "agreement.registered": CREATED,
    "agreement.restored": CREATED,
    "agreement.sent_back": UPDATED,
    "agreement.set_aside": MERGED,
    "agreement.submitted": UPDATED,
    "agreement.told_apart": None,
    "agreement.told_apart_no_longer": None,
    "agreement.withdrawn": UPDATED,
    "evidence.attached": UPDATED,
    "fact.signature_taken_back": UPDATED,
    "fact.signed_without_source": UPDATED,
    "file.attached": UPDATED,
    "file.entered": UPDATED,
    "file.removed": UPDATED,
    "office.registered": UPDATED,
    "organization.absorbed": UPDATED,
    "organization.links_moved": UPDATED,
    "organization.links_restored": UPDATED,
    "organization.merge_undone": RESTORED,
    "organization.merged": MERGED,
    "organization.registered": CREATED,
    "organization.told_apart": UPDATED,
    "organization.told_apart_no_longer": UPDATED,
    "person.absorbed": UPDATED,
    "person.links_moved": UPDATED,
    "person.links_restored": UPDATED,
    "person.merge_undone": RESTORED,
    "person.merged": MERGED,
    "person.registered": CREATED,
    "person.told_apart": UPDATED,
    "person.told_apart_no_longer": UPDATED,
    "programme.registered": CREATED,
    "progress.reported": CREATED,
    "question.resolved": UPDATED,
    "source.registered": CREATED,
    "source.renewed": CREATED,
}

# Verbs about tables that nobody outside is told of: accounts, desks, vocabularies, and what passes at the doors.
INWARD_TARGETS = (
    "account.",
    "follow.",
    "follow_up.",
    "import.",
    "token.",
    "vocabulary.",
    "apitoken.",
    "user.",
    "webhook.",
)

# What webhooks call an event; `<kind>.<action>` for all others.
NAMES: dict[str, str] = {
    "agreement.published": "agreement.published",
    "agreement.withdrawn": "agreement.withdrawn",
    "agreement.amended": "agreement.amended",
    "agreement.event_recorded": "agreement.event_recorded",
    "activity.cancelled": "activity.cancelled",
    "progress.reported": "progress.reported",
}
# What of a progress view is told at all is `progress.…` to receivers.
_PREFIX = {"progress_view": "progress"}


def prefix_of(kind: str) -> str:
    """What the names of the events of a kind begin with."""
    return _PREFIX.get(kind, kind)


_MERGEABLE = {"agreement", "organization", "person"}
EVENTS = sorted(
    {f"{prefix_of(kind)}.{action}" for kind in KINDS for action in (CREATED, UPDATED, DELETED)}
    | {f"{kind}.{action}" for kind in _MERGEABLE for action in (MERGED, RESTORED)}
    | set(NAMES.values())
)
"""Every name a webhook may be told an event by, `ping` aside."""


def action_of(verb: str, kind: Kind, target_type: str, names: set[str]) -> str | None:
    """What an event did to the record of `kind`; None when nobody is told. `names` are the fields it tells of."""
    told = VERBS.get(verb, "")
    if told is None:
        return None
    if target_type != kind.model._meta.label_lower:  # a change of a part is a change of its record
        return UPDATED
    if verb.endswith(".merge_undone"):
        return RESTORED if "merged_into" in names else UPDATED  # told to both; one of them is there again
    if told:
        return told
    # What no line names is told as a change: to read a record once too often does no harm.
    return {"created": CREATED, "removed": DELETED}.get(verb.rpartition(".")[2], UPDATED)


def event_name(verb: str, kind: str, action: str) -> str:
    """What webhooks call it: `agreement.published`, `organization.merged`, `progress.reported`.

    >>> event_name("agreement.published", "agreement", "updated"), event_name("x", "agreement", "deleted")
    ('agreement.published', 'agreement.deleted')
    """
    if action == DELETED and verb != "agreement.withdrawn":
        return f"{prefix_of(kind)}.{DELETED}"
    return NAMES.get(verb) or f"{prefix_of(kind)}.{action}"
