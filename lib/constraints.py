"""Builders for constraints that several tables state."""

from django.db.models import CheckConstraint, Q

from lib import languages


def said_in_a_language(field: str, *, name: str, message) -> CheckConstraint:
    """Demand words in at least one language of the translated `field`."""
    condition = Q()
    for code in languages.CODES:
        condition |= ~Q(**{f"{field}_{code}": ""})
    return CheckConstraint(name=name, condition=condition, violation_error_message=message)
