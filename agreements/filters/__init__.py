"""One set of filters for the page, the export and the API; and the facets that count what each would leave."""

from agreements.filters.agreements import AgreementFilter
from agreements.filters.commitments import CommitmentFilter

__all__ = ["AgreementFilter", "CommitmentFilter"]
