"""Fields of forms that several rooms ask with."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lib import uploads
from lib.uploads import Upload


class FilesInput(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, each known by its content; cleans to Uploads."""

    def __init__(self, **kwargs):
        kwargs.setdefault("widget", FilesInput(attrs={"accept": uploads.ACCEPTED, "class": "in file"}))
        super().__init__(**{"required": False} | kwargs)

    def clean(self, data, initial=None) -> list[Upload]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if self.required and not given:
            raise ValidationError(self.error_messages["required"], code="required")
        found, faults = [], []
        for each in given:
            name = uploads.clean_name(each.name)
            try:
                uploads.recognise(each, name)
            except uploads.Unfit as unfit:
                faults.append(ValidationError(str(unfit), code=unfit.code))
            else:
                found.append(Upload(each, name))
        if faults:
            raise ValidationError(faults)
        return found


def limits() -> str:
    """What may be taken in, in words."""
    return _("%(types)s, %(most)d MB each.") % {
        "types": uploads.IN_WORDS,
        "most": uploads.LARGEST // 1024**2,
    }
