"""Commitments by who owes them, whom they are for, and when they are due."""

import django_filters
from django.utils.translation import gettext_lazy as _

from agreements.filters.days import DaysForm, days_filters, narrowed_by_days
from agreements.models import Agreement, Commitment, CommitmentKind
from agreements.queries import search
from organizations.models import Organization
from organizations.queries.identity import kept


class CommitmentFilter(days_filters(due=_("Due"))):
    """Commitments by who owes them, whom they are for, and when they are due; a joint one counts once."""

    q = django_filters.CharFilter(method="search", label=_("Words"))
    kind = django_filters.ModelMultipleChoiceFilter(
        queryset=CommitmentKind.objects.order_by("position"), label=_("Kind")
    )
    agreement = django_filters.ModelChoiceFilter(
        queryset=lambda request: Agreement.objects.visible_to(request.user), label=_("Agreement")
    )
    debtor = django_filters.ModelMultipleChoiceFilter(
        queryset=Organization.objects.order_by("slug"), method="by_debtor", label=_("Debtor")
    )
    beneficiary = django_filters.ModelMultipleChoiceFilter(
        queryset=Organization.objects.order_by("slug"), method="by_beneficiary", label=_("Beneficiary")
    )

    class Meta:
        model = Commitment
        form = DaysForm
        fields = ["q", "kind", "agreement", "debtor", "beneficiary"]

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
