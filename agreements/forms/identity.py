"""What is typed where two records are compared."""

from django import forms
from django.utils.translation import gettext_lazy as _

from agreements.forms.desk import DeskForm


class ReasonForm(DeskForm):
    """How somebody knows that two records are one, or two."""

    reason = forms.CharField(
        label=_("How do you know?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=_("It is kept in the history of both records."),
    )
