"""What is typed at the desk: the services decide, a refusal comes back at its field."""

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement, FollowUp
from agreements.queries import ledger
from lib.forms import RefusableForm


class DeskForm(RefusableForm):
    """A form of the desk."""


class FollowUpForm(DeskForm):
    """A day to ask again, about one commitment or the whole agreement. Needs parties and commitments; no query."""

    on = forms.DateField(
        label=_("Ask again on"),
        help_text=_("Our own day. It is no deadline: no source states it."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    note = forms.CharField(
        label=_("What to ask"),
        required=False,
        max_length=FollowUp._meta.get_field("note").max_length,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    commitment = forms.ChoiceField(label=_("About"), required=False)

    def __init__(self, *args, agreement: Agreement, **kwargs):
        super().__init__(*args, **kwargs)
        ledger.lanes(agreement)
        self.fields["commitment"].choices = [
            ("", _("the whole agreement")),
            *(
                (str(each.pk), f"{each.label} · {Truncator(each.text).chars(60)}")
                for each in agreement.commitments.all()
            ),
        ]


class OutcomeForm(DeskForm):
    """What a follow-up brought to light."""

    outcome = forms.CharField(
        label=_("What was learned"),
        required=False,
        max_length=FollowUp._meta.get_field("outcome").max_length,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
