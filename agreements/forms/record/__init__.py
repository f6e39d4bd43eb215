"""The fields of a draft: drawn, and read when they come back."""

from agreements.forms.record.choices import Choices
from agreements.forms.record.drawn import Sheet, field_name, part_name
from agreements.forms.record.fields import claim_of, first_words, key_of, pointer
from agreements.forms.record.typed import added, changed_fields, read

__all__ = [
    "Choices",
    "Sheet",
    "added",
    "changed_fields",
    "claim_of",
    "field_name",
    "first_words",
    "key_of",
    "part_name",
    "pointer",
    "read",
]
