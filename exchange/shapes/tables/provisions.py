"""Tables of the parts of agreements: who is in them, what is agreed and what is said."""

from django.utils.translation import gettext_lazy as _

from agreements.models import (
    AgreementLink,
    Citation,
    LifecycleEvent,
    NamedGroup,
    Objective,
    Statement,
    WithoutSource,
)
from exchange.shapes.columns import (
    DECIMAL,
    MOMENT,
    TEXT,
    WHOLE,
    Column,
    choice,
    dated,
    reference,
    references,
    spoken,
    term,
)
from exchange.shapes.tables.shared import AGREEMENT, FOR, ID, NUMBER, Table

PARTIES = Table(
    "parties",
    _("Parties"),
    "agreement",
    [
        AGREEMENT,
        Column("letter", _("Letter: A for the first party"), ("letter",), TEXT, ("lettre",)),
        Column(
            "organization",
            _("Organization: short address, name, or a number it has elsewhere"),
            ("organization",),
            reference("organization"),
            ("partie", "organisation", "الطرف"),
        ),
        Column("role", _("Role"), ("role",), term("party_role"), ("rôle", "الصفة")),
        Column(
            "name_as_written", _("Name, as the text writes it"), ("name_as_written",), TEXT, ("nom écrit",)
        ),
        ID,
    ],
    member="parties",
    of="agreement",
    label="letter",
)
SIGNATORIES = Table(
    "signatories",
    _("Signatories"),
    "agreement",
    [
        AGREEMENT,
        Column("party", _("Letter of the party"), ("party",), TEXT),
        Column("person", _("Id of the person"), ("person",), reference("person")),
        Column("office", _("Id of the office"), ("office",), reference("office")),
        ID,
    ],
    member="signatories",
    of="agreement",
)
GROUPS = Table(
    "groups",
    _("Target groups, as named"),
    "agreement",
    [
        AGREEMENT,
        NUMBER,
        *spoken("text", _("As named"), "texts"),
        Column("concept", _("Target group"), ("concept",), term("target_group")),
        Column(
            "of_organization",
            _("Organization the people belong to"),
            ("of_organization",),
            reference("organization"),
        ),
        Column("place", _("Place"), ("place",), TEXT),
        Column("mention", _("Where it is named"), ("mention",), choice(NamedGroup.Mention)),
        ID,
    ],
    member="groups",
    of="agreement",
    label="number",
)
OBJECTIVES = Table(
    "objectives",
    _("Objectives"),
    "agreement",
    [
        AGREEMENT,
        NUMBER,
        Column("kind", _("Kind"), ("kind",), choice(Objective.Kind)),
        *spoken("text", _("Objective"), "texts"),
        Column("for_groups", _("Numbers of the groups it names"), ("groups",), references("group")),
        ID,
    ],
    member="objectives",
    of="agreement",
    label="number",
)
COMMITMENTS = Table(
    "commitments",
    _("Commitments"),
    "agreement",
    [
        AGREEMENT,
        NUMBER,
        Column("kind", _("Kind"), ("kind",), term("commitment_kind"), ("type", "النوع")),
        *spoken(
            "text",
            _("What is undertaken"),
            "texts",
            ("commitment",),
            ("engagement", "libellé"),
            ("الالتزام", "التعهد"),
        ),
        *spoken("purpose", _("Purpose"), "purposes"),
        Column(
            "debtors",
            _("Letters of the parties that owe it"),
            ("debtors",),
            references("party"),
            ("débiteurs", "à la charge de", "المدين"),
        ),
        *FOR,
        Column("place", _("Place"), ("place",), TEXT, ("lieu", "المكان")),
        *dated("due", _("Due"), "due", also=("due", "échéance", "الأجل")),
        Column("quantity", _("Quantity"), ("quantity",), DECIMAL, ("quantité", "العدد")),
        Column("unit", _("Unit"), ("unit",), TEXT, ("unité", "الوحدة")),
        ID,
    ],
    member="commitments",
    of="agreement",
    label="number",
)
STATEMENTS = Table(
    "statements",
    _("Statements"),
    "agreement",
    [
        AGREEMENT,
        NUMBER,
        *spoken("text", _("What is said"), "texts"),
        Column("speaker", _("Id of the speaker's office"), ("speaker",), reference("office")),
        Column("attribution", _("How the speaker is named"), ("attribution",), choice(Statement.Attribution)),
        Column("manner", _("Direct or indirect"), ("manner",), choice(Statement.Manner)),
        Column("on_behalf_of", _("Letter of the party spoken for"), ("on_behalf_of",), reference("party")),
        ID,
    ],
    member="statements",
    of="agreement",
    label="number",
)
ADVANTAGES = Table(
    "advantages",
    _("Advantages claimed"),
    "agreement",
    [
        AGREEMENT,
        NUMBER,
        *spoken("text", _("Advantage"), "texts"),
        Column("provider", _("Letter of the party that gives it"), ("provider",), reference("party")),
        *FOR,
        Column(
            "claimed_in",
            _("Number of the statement it is claimed in"),
            ("claimed_in",),
            reference("statement"),
        ),
        Column("supports", _("Number of the commitment it supports"), ("supports",), reference("commitment")),
        ID,
    ],
    member="advantages",
    of="agreement",
    label="number",
)
EVENTS = Table(
    "events",
    _("Suspensions, resumptions, terminations, renewals"),
    "agreement",
    [
        AGREEMENT,
        NUMBER,
        Column("kind", _("Kind"), ("kind",), choice(LifecycleEvent.Kind)),
        *dated("occurred", _("Happened"), "occurred"),
        *dated("ends", _("New end"), "ends"),
        *spoken("reason", _("Reason"), "reasons"),
        Column("document", _("Id of the source that is its document"), ("document",), reference("source")),
        ID,
    ],
    member="events",
    of="agreement",
    label="number",
)
LINKS = Table(
    "links",
    _("Links between agreements"),
    "agreement",
    [
        AGREEMENT,
        Column("kind", _("What it does to the other"), ("kind",), choice(AgreementLink.Kind)),
        Column("other", _("Code of the other agreement"), ("agreement",), reference("agreement")),
        ID,
    ],
    member="links",
    of="agreement",
)
QUESTIONS = Table(
    "questions",
    _("Open questions"),
    "agreement",
    [
        AGREEMENT,
        NUMBER,
        Column("fact_kind", _("What is in doubt: party, group, commitment …"), ("fact_kind",), TEXT),
        Column("fact", _("Its letter or number"), ("fact_label",), TEXT),
        Column("about", _("Which part of it"), ("about",), choice(Citation.About)),
        *spoken("text", _("Question"), "texts"),
        Column("resolved_at", _("Resolved at"), ("resolution", "at"), MOMENT),
        Column("resolved_by", _("Resolved by"), ("resolution", "by"), TEXT),
        Column("resolution", _("Resolution"), ("resolution", "text"), TEXT),
        ID,
    ],
    member="questions",
    of="agreement",
    label="number",
)
READINGS = Table(
    "readings",
    _("Readings of open questions"),
    "agreement",
    [
        AGREEMENT,
        Column("question", _("Number of the question"), ("question",), WHOLE),
        *spoken("text", _("Reading"), "texts"),
        ID,
    ],
    member="readings",
    of="agreement",
)
CITATIONS = Table(
    "citations",
    _("Quotes that prove a fact"),
    "agreement",
    [
        AGREEMENT,
        Column("fact_kind", _("What it proves: agreement, party, commitment …"), ("fact_kind",), TEXT),
        Column("fact", _("Its letter, number, short address or id"), ("fact_label",), TEXT),
        Column("source", _("Id of the source"), ("source",), reference("source")),
        Column("start", _("From character"), ("start",), WHOLE),
        Column("end", _("To character, not included"), ("end",), WHOLE),
        Column("quote", _("The quote, exactly"), ("quote",), TEXT),
        Column("about", _("Which part of the fact"), ("about",), choice(Citation.About)),
        Column("note", _("Note"), ("note",), TEXT),
        ID,
    ],
    member="citations",
    of="agreement",
)

WITHOUT_SOURCE = Table(
    "without_source",
    _("Facts entered without source, by name"),
    "agreement",
    [
        AGREEMENT,
        Column("fact_kind", _("What it is: party, group, commitment …"), ("fact_kind",), TEXT),
        Column("fact", _("Its letter or number"), ("fact_label",), TEXT),
        Column("about", _("Or which fact of the agreement"), ("about",), choice(WithoutSource.About)),
        Column("reason", _("Reason"), ("reason",), TEXT),
        Column("signed_by", _("Signed by; kept only by who may restore a registry"), ("by",), TEXT),
        Column("signed_at", _("Signed at"), ("at",), MOMENT),
        ID,
    ],
    member="without_source",
    of="agreement",
)
