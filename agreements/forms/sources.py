"""What is asked of a newer text of a source: the text, and when it was published."""

from django import forms
from django.utils.translation import gettext_lazy

from agreements.forms.drafts import TextForm
from lib import written
from lib.claims import DateClaim
from lib.problems import Refused
from lib.written import Unclear


class NewerTextForm(TextForm):
    """The text as it reads now. What sort of text it is, and from where, is taken over from the source."""

    field_order = ("text", "file", "published")
    published = forms.CharField(
        label=gettext_lazy("Published"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("The day of this text, as it states it. Leave it empty where it states none."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )

    def refuse(self, refusal: Refused) -> None:
        """What is wrong with the text stands at the text."""
        for fault in refusal.faults:
            at = {"text": "text", "files": "file"}.get(fault.pointer.split("/")[1] if fault.pointer else "")
            self.add_error(at, fault.message)

    def clean(self):
        cleaned = super().clean()
        self.take_text(cleaned)
        return cleaned

    def clean_published(self) -> DateClaim:
        typed = self.cleaned_data["published"]
        try:
            return written.claim(typed) if typed else DateClaim()
        except Unclear as unclear:
            raise forms.ValidationError(str(unclear)) from unclear
