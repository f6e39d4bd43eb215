"""Commitments by who owes them, whom they are for, and when they are due."""

import django_filters
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.filters.days import DaysForm, days_filters, narrowed_by_days
from agreements.filters.parts import in_place, of_agreements
from agreements.models import (
    Agreement,
    Commitment,
    CommitmentBeneficiary,
    CommitmentDebtor,
    CommitmentKind,
    Programme,
    TargetGroup,
)
from agreements.queries import attention, search
from agreements.queries.progress import Progress
from lib.filtering import WordsFilter
from organizations.models import Organization
from organizations.queries.identity import kept


class CommitmentFilter(days_filters(due=_("Due"))):
    """Commitments by who owes them, whom they are for, and when they are due; a joint one counts once."""

    q = django_filters.CharFilter(method="search", label=_("Words"))
    kind = django_filters.ModelMultipleChoiceFilter(
        queryset=CommitmentKind.objects.order_by("position"), label=_("Kind")
    )
    agreement = of_agreements()
    programme = django_filters.ModelMultipleChoiceFilter(
        field_name="agreement__programme", queryset=Programme.objects.order_by("slug"), label=_("Programme")
    )
    debtor = django_filters.ModelMultipleChoiceFilter(
        queryset=Organization.objects.order_by("slug"), method="by_debtor", label=_("Debtor")
    )
    beneficiary = django_filters.ModelMultipleChoiceFilter(
        queryset=Organization.objects.order_by("slug"), method="by_beneficiary", label=_("Beneficiary")
    )

    group = django_filters.ModelMultipleChoiceFilter(
        queryset=TargetGroup.objects.order_by("position"), method="by_group", label=_("Who benefits")
    )
    joint = django_filters.BooleanFilter(method="by_joint", label=_("Owed by several"))
    place = WordsFilter(method="by_place", label=_("Place"))
    progress = django_filters.MultipleChoiceFilter(
        choices=Progress, method="by_progress", label=_("Progress")
    )
    has = django_filters.MultipleChoiceFilter(
        choices=[
            ("due", _("Due")),
            ("quantity", _("Quantity")),
            ("place", _("Place")),
            ("beneficiaries", _("Who benefits")),
        ],
        method="having",
        label=_("Has"),
    )

    class Meta:
        model = Commitment
        form = DaysForm
        fields = [
            "q",
            "kind",
            "agreement",
            "programme",
            "debtor",
            "beneficiary",
            "group",
            "joint",
            "place",
            "progress",
            "has",
        ]

    def filter_queryset(self, queryset):
        cleaned = self.form.cleaned_data
        return narrowed_by_days(
            super().filter_queryset(queryset),
            "due",
            asked=self.form.days.get("due"),
            match=cleaned["due_match"],
            unknown=bool(cleaned["due"]),
        )

    def search(self, queryset, name, value):
        readable = Agreement.objects.filter(pk__in=queryset.values("agreement"))
        return queryset.filter(search.commitments_saying(value, readable=readable))

    def by_debtor(self, queryset, name, value):
        return queryset.owed_by(*kept(value)) if value else queryset

    def by_beneficiary(self, queryset, name, value):
        return queryset.meant_for(*kept(value)) if value else queryset

    def by_group(self, queryset, name, value):
        meant = CommitmentBeneficiary.objects.filter(group__concept__in=value)
        return queryset.filter(pk__in=meant.values("commitment")) if value else queryset

    def by_joint(self, queryset, name, value):
        several = (
            CommitmentDebtor.objects.order_by()
            .values("commitment")
            .annotate(number=Count("pk"))
            .filter(number__gt=1)
            .values("commitment")
        )
        return queryset.filter(pk__in=several) if value else queryset.exclude(pk__in=several)

    def by_place(self, queryset, name, value):
        return in_place(queryset, value)

    def by_progress(self, queryset, name, value):
        if not value:
            return queryset
        return attention.with_progress(queryset, on=timezone.localdate()).filter(progress__in=value)

    def having(self, queryset, name, value):
        meant = CommitmentBeneficiary.objects.values("commitment")
        conditions = {
            "due": Q(due_range__isnull=False),
            "quantity": Q(quantity__isnull=False),
            "place": ~Q(place=""),
            "beneficiaries": Q(pk__in=meant),
        }
        found = Q(pk__in=[])
        for each in value:
            found |= conditions[each]
        return queryset.filter(found) if value else queryset
