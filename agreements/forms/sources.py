"""What is asked of a newer text of a source: the text, and when it was published."""

from django.utils.translation import gettext_lazy

from agreements.forms.after import WrittenField
from agreements.forms.drafts import TextForm
from lib.problems import Refused


class NewerTextForm(TextForm):
    """The text as it reads now. What sort of text it is, and from where, is taken over from the source."""

    field_order = ("text", "file", "published")
    published = WrittenField(
        label=gettext_lazy("Published"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("The day of this text, as it states it. Leave it empty where it states none."),
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
