"""What is asked when a token is issued."""

from datetime import datetime, time, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from lib.forms import RefusableForm
from lib.languages import isolated
from lib.networks import network
from organizations.permissions import Role, Scope, offered

SUGGESTED = timedelta(days=365)
"""How long a token is good for where nobody says otherwise."""


class NetworksField(forms.CharField):
    """Networks as CIDR, one a line or parted by commas; cleans to a list."""

    widget = forms.Textarea(attrs={"rows": 2, "dir": "ltr", "spellcheck": "false", "class": "in"})

    def to_python(self, value) -> list[str]:
        words = (super().to_python(value) or "").replace(",", " ").split()
        found, faults = [], []
        for each in words:
            try:
                found.append(network(each))
            except ValidationError as error:
                faults.append(error)
        if faults:
            raise ValidationError(faults)
        return list(dict.fromkeys(found))

    def validate(self, value) -> None:
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value) -> None:
        """Each was looked at already."""


class LastDayField(forms.DateField):
    """The last day on which something is good; cleans to the moment after it."""

    widget = forms.DateInput(attrs={"type": "date", "class": "in"}, format="%Y-%m-%d")

    def clean(self, value) -> datetime | None:
        day = super().clean(value)
        if day is None:
            return None
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def a_year_from_now():
    return timezone.localdate() + SUGGESTED


def scope_choices(role: str) -> list[tuple[str, str]]:
    """The scopes that open something to `role`: code and words."""
    return [(each, capfirst(Scope(each).label)) for each in offered(role)]


class TokenForm(RefusableForm):
    """A new token of a partner system: what it is for, what it may, from where, until when."""

    label = forms.CharField(
        label=_("What it is for"),
        max_length=120,
        help_text=_("Which system uses it, so that you know later which one to revoke."),
        widget=forms.TextInput(attrs={"class": "in", "autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        help_text=_("As little as it needs: what is not ticked, it cannot do even when it is stolen."),
        widget=forms.CheckboxSelectMultiple,
        initial=[Scope.READ.value],
        error_messages={"required": _("Tick at least one.")},
    )
    networks = NetworksField(
        label=_("From where"),
        required=False,
        help_text=isolated(
            _("Networks it is used from, as 192.0.2.0/24 or 2001:db8::/32. Empty: from anywhere."),
            "192.0.2.0/24",
            "2001:db8::/32",
        ),
    )
    expires_at = LastDayField(
        label=_("Last day"),
        required=False,
        initial=a_year_from_now,
        help_text=_("Afterwards it opens nothing. Empty: it never ends, which is seldom wise."),
    )
    oauth = forms.BooleanField(
        label=_("As an OAuth 2 client: the system draws a token for an hour with its own secret"),
        required=False,
    )

    ROLE = Role.PARTNER_SYSTEM

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = scope_choices(self.ROLE)

    def clean_expires_at(self) -> datetime | None:
        ends = self.cleaned_data["expires_at"]
        if ends and ends <= timezone.now():
            raise ValidationError(_("Choose today or a later day."), code="over_already")
        return ends
