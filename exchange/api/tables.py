"""Resources of the API as tables: those of exchange, so that what goes out here comes in there.

`csv` is the table that the resource is named after. `xlsx` and `zip` hold every table that its records stand in; of
agreements these are also the records they lean on, so that an empty registry can take them in.
"""

from django.db.models import QuerySet
from django.http import FileResponse
from django.utils import timezone

from activities.api import Activities
from activities.models import Activity
from agreements.api import endpoints, parts
from agreements.models import Agreement
from exchange.exports import files
from exchange.queries.registry import Scope, around
from exchange.shapes.tables import TABLES
from lib import languages
from lib.endpoints import OF_A_LIST, strict_parameters
from lib.formats import adding
from lib.shaping import PARAMETERS
from organizations.api import Organizations, People
from organizations.models import Organization, Person

OF_LISTS = {"list": {"csv": "as_csv", "xlsx": "as_workbook", "zip": "as_package"}}
OF_ONE = {"retrieve": {"xlsx": "as_workbook", "zip": "as_package"}}


class InTables:
    """Put before a resource. A subclass says in which `tables` its records stand, the first being its own."""

    tables: tuple[str, ...] = ()

    def chosen(self) -> QuerySet:
        """The rows that the request asks for, all of them; they stand in an order of their own."""
        found = self.get_queryset()
        if self.detail:
            strict_parameters(self.request, frozenset())
            return found.filter(pk=self.one(found).pk)
        strict_parameters(self.request, self.known_of_a_list - OF_A_LIST - PARAMETERS)
        return self.filtered(found)

    def scope(self, chosen: QuerySet) -> Scope:
        """The records that `chosen` are."""
        raise NotImplementedError

    def keys(self, chosen: QuerySet) -> set[str] | None:
        """The ids of the rows, where these are parts of the records."""
        return None

    def rows(self, tables: tuple[str, ...]) -> files.Rows:
        chosen = self.chosen()
        return files.rows(
            self.request.user,
            on=timezone.localdate(),
            scope=self.scope(chosen),
            tables=tables,
            keys=self.keys(chosen),
        )

    def as_csv(self, request, *args, **kwargs):
        own = self.tables[0]
        return self.saved(files.one_table(self.rows((own,)), TABLES[own]))

    def as_workbook(self, request, *args, **kwargs):
        rows = self.rows(self.tables)
        return self.saved(files.workbook(rows, language=languages.current(), tables=self.tables))

    def as_package(self, request, *args, **kwargs):
        return self.saved(files.package(self.rows(self.tables), tables=self.tables))

    def saved(self, content) -> FileResponse:
        name = f"{self.tables[0]}-{timezone.localdate():%Y-%m-%d}.{self.format}"
        return self.file(FileResponse(content), name=name)


class Agreements(InTables, endpoints.Agreements):
    """Agreements between organizations, as their sources tell them."""

    formats = adding(adding(endpoints.Agreements.formats, OF_LISTS), OF_ONE)
    tables = ("agreements", *(name for name in TABLES if name != "agreements"))

    def scope(self, chosen):
        if self.format == "csv":
            return Scope(agreements=Agreement.objects.filter(pk__in=_keys(chosen)))
        return around(chosen, self.request.user)


class OfAgreements(InTables):
    """Parts of agreements: a table of their own, with the agreement of each."""

    def scope(self, chosen):
        owners = set(chosen.order_by().values_list("agreement", flat=True))
        return Scope(agreements=Agreement.objects.filter(pk__in=owners))

    def keys(self, chosen):
        return {str(key) for key in _keys(chosen)}


class Parties(OfAgreements, parts.Parties):
    """Organizations in agreements."""

    formats = adding(parts.Parties.formats, OF_LISTS)
    tables = ("parties",)


class Commitments(OfAgreements, parts.Commitments):
    """What parties undertake, by debtor and by beneficiary."""

    formats = adding(parts.Commitments.formats, OF_LISTS)
    tables = ("commitments",)


class TabledOrganizations(InTables, Organizations):
    """Bodies that can be party to an agreement, with their names and what sources say of them."""

    formats = adding(Organizations.formats, OF_LISTS)
    tables = ("organizations", "other_names", "profile")

    def scope(self, chosen):
        return Scope(organizations=Organization.objects.filter(pk__in=_keys(chosen)))


class TabledPeople(InTables, People):
    """Natural persons named in sources, with the offices they hold."""

    formats = adding(People.formats, OF_LISTS)
    tables = ("people", "offices")

    def scope(self, chosen):
        return Scope(people=Person.objects.filter(pk__in=_keys(chosen)))


class TabledActivities(InTables, Activities):
    """What is planned, held or cancelled under agreements."""

    formats = adding(Activities.formats, OF_LISTS)
    tables = ("activities", "counts_toward", "reached")

    def scope(self, chosen):
        return Scope(activities=Activity.objects.filter(pk__in=_keys(chosen)))


def _keys(chosen: QuerySet) -> list:
    return list(chosen.order_by().values_list("pk", flat=True))
