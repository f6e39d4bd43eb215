"""What is asked of a file: only the file."""

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from lib import fields
from lib.problems import Refused


class SourceFilesForm(forms.Form):
    """One or several files of a source. The services decide; a refusal comes back at the field."""

    files = fields.FilesField(
        required=True,
        label=_("Add files"),
        help_text=lazy(fields.limits, str)(),
        error_messages={"required": _("Choose a file.")},
    )

    def refuse(self, refusal: Refused) -> None:
        for fault in refusal.faults:
            self.add_error("files" if fault.pointer.startswith("/files") else None, fault.message)
