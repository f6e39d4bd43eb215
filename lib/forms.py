"""Forms of a page behind which a service decides."""

from django import forms
from django.core.exceptions import ValidationError

from lib.problems import Refused


class RefusableForm(forms.Form):
    """A form whose faults may come from a service too."""

    POINTERS: dict[str, str] = {}
    """The first step of a fault's pointer → the field that it speaks of."""

    def refuse(self, refusal: Refused) -> None:
        """Put each fault at the field its pointer begins with, or at the form as a whole."""
        for fault in refusal.faults:
            name = fault.pointer.strip("/").split("/")[0]
            name = self.POINTERS.get(name, name)
            self.add_error(name if name in self.fields else None, fault.message)

    def break_rule(self, error: ValidationError) -> None:
        """Put what `full_clean` of a model says at the fields that this form has, else at the whole."""
        told = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        for name, messages in told.items():
            self.add_error(name if name in self.fields else None, messages)
