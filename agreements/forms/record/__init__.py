"""The fields of a draft: drawn, and read when they come back."""

from agreements.forms.record.called import called, title
from agreements.forms.record.choices import Choices
from agreements.forms.record.doubles import Double, doubles, of_agreement, of_parts
from agreements.forms.record.drawn import Sheet, field_name, part_name, place_of, places
from agreements.forms.record.fields import claim_of, first_words, key_of, pointer
from agreements.forms.record.typed import added, changed_fields, read, removed

__all__ = [
    "Choices",
    "Double",
    "Sheet",
    "added",
    "called",
    "changed_fields",
    "claim_of",
    "doubles",
    "field_name",
    "first_words",
    "key_of",
    "of_agreement",
    "of_parts",
    "part_name",
    "place_of",
    "places",
    "pointer",
    "read",
    "removed",
    "title",
]
