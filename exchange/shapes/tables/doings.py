"""Tables of activities."""

from django.utils.translation import gettext_lazy as _

from activities.models import Activity, Fulfilment, Participation
from exchange.shapes.columns import (
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
from exchange.shapes.tables.shared import LANGUAGE, Table, of

ACTIVITIES = Table(
    "activities",
    _("Activities"),
    "activity",
    [
        of("id", _("Key of the activity, or one of your own"), "n°", "activity", "activité", "رقم"),
        LANGUAGE,
        *spoken(
            "title",
            _("Title"),
            "titles",
            ("title",),
            ("titre", "intitulé", "activité"),
            ("العنوان", "النشاط"),
        ),
        *spoken("description", _("Description"), "descriptions", (), ("description",), ("الوصف",)),
        Column("kind", _("Kind"), ("kind",), term("activity_kind"), ("type", "النوع")),
        Column(
            "status",
            _("Planned, held or cancelled"),
            ("status",),
            choice(Activity.Status),
            ("statut", "état", "الحالة"),
        ),
        *dated("held", _("Held"), "held", also=("date", "held", "date de réalisation", "التاريخ")),
        Column("place", _("Place"), ("place",), TEXT, ("lieu", "المكان")),
        Column(
            "organizers",
            _("Short addresses or names of who holds it, with | between them"),
            ("organizers",),
            references("organization"),
            ("organisateurs", "organisé par", "المنظمون"),
        ),
    ],
    of="id",
)
COUNTS = Table(
    "counts_toward",
    _("Commitments that activities count towards"),
    "activity",
    [
        of("activity", _("Key of the activity")),
        Column("agreement", _("Code of the agreement"), ("agreement",), reference("agreement")),
        Column("commitment", _("Number of the commitment"), ("commitment",), WHOLE),
        Column("extent", _("In part or wholly"), ("extent",), choice(Fulfilment.Extent)),
        Column("note", _("Note"), ("note",), TEXT),
    ],
    member="counts_toward",
    of="activity",
)
REACHED = Table(
    "reached",
    _("People that activities reached"),
    "activity",
    [
        of("activity", _("Key of the activity")),
        Column("target_group", _("Target group"), ("target_group",), term("target_group")),
        Column("sex", _("Of whom the number counts"), ("sex",), choice(Participation.Sex)),
        Column("number", _("People reached"), ("number",), WHOLE),
    ],
    member="reached",
    of="activity",
)
