"""What is typed on the pages of review."""

from django import forms
from django.utils.translation import gettext_lazy as _

from agreements.services.review import LONGEST


class CommentForm(forms.Form):
    """Words at one place of a record."""

    path = forms.CharField(required=False, strip=True)
    text = forms.CharField(
        label=_("Comment"), max_length=LONGEST, error_messages={"required": _("Write the comment.")}
    )
    asks_correction = forms.BooleanField(label=_("Asks for a correction"), required=False)


class ReasonForm(forms.Form):
    """Why: whoever is concerned reads it. The service says where one is needed."""

    reason = forms.CharField(label=_("Reason"), max_length=LONGEST, required=False)
