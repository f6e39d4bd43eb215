"""Documents in the wished shape: members picked and left out, references followed."""

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from lib import shaping

KNOWN = {
    "id": {},
    "title": {},
    "parties": {"id": {}, "organization": {"id": {}, "label": {}}},
    "programme": {"id": {}, "label": {}},
}
DOCUMENT = {
    "id": "1",
    "title": "One",
    "parties": [
        {"id": "a", "organization": {"id": "o1", "label": "Aman"}},
        {"id": "b", "organization": {"id": "o2", "label": "Bayti"}},
    ],
    "programme": None,
}
WHOLE = {"parties.organization": {"city": {}, "id": {}}, "programme": {}}


def wanted(query: str) -> shaping.Wanted:
    return shaping.wanted(QueryDict(query), known=KNOWN, expandable=WHOLE | {"proof": None})


def shaped(query: str) -> dict:
    return wanted(query).shape(DOCUMENT)


def fault(query: str):
    with pytest.raises(ValidationError) as refusal:
        wanted(query)
    ((name, (error,)),) = refusal.value.detail.items()
    return name, error.code, str(error)


class TestFields:
    def test_pick_members_and_what_is_below_them(self):
        assert shaped("fields=id,parties.organization.label") == {
            "id": "1",
            "parties": [{"organization": {"label": "Aman"}}, {"organization": {"label": "Bayti"}}],
        }

    def test_take_commas_and_repetition_alike(self):
        assert shaped("fields=id&fields=title") == shaped("fields=id,title") == {"id": "1", "title": "One"}

    @pytest.mark.parametrize("order", ["parties,parties.id", "parties.id,parties"])
    def test_asked_for_as_a_whole_stay_whole(self, order):
        assert shaped(f"fields={order}") == {"parties": DOCUMENT["parties"]}

    def test_that_are_empty_stay_empty(self):
        assert shaped("fields=programme.label") == {"programme": None}

    @pytest.mark.parametrize(
        ("query", "near"),
        [
            ("fields=titel", "title"),
            ("omit=party", "parties"),
            ("fields=parties.organisation", "parties.organization"),
            ("fields=parties.organization.lable", "parties.organization.label"),
        ],
    )
    def test_unknown_are_refused_with_the_nearest(self, query, near):
        name, code, message = fault(query)

        assert (name, code) == (query.split("=")[0], "unknown_field")
        assert f"“{near}”" in message

    def test_that_are_like_nothing_are_refused_too(self):
        assert fault("fields=zzzz")[2] == "There is no “zzzz”."


class TestOmit:
    def test_leaves_out_members_and_what_is_below_them(self):
        assert shaped("omit=title,programme,parties.organization") == {
            "id": "1",
            "parties": [{"id": "a"}, {"id": "b"}],
        }

    def test_goes_with_fields(self):
        assert shaped("fields=id,parties&omit=parties.id") == {
            "id": "1",
            "parties": [
                {"organization": {"id": "o1", "label": "Aman"}},
                {"organization": {"id": "o2", "label": "Bayti"}},
            ],
        }

    @given(st.lists(st.sampled_from(["id", "title", "parties", "programme"]), unique=True, min_size=1))
    def test_and_fields_together_are_the_whole(self, names):
        picked, left = shaped(f"fields={','.join(names)}"), shaped(f"omit={','.join(names)}")

        assert picked.keys() | left.keys() == DOCUMENT.keys()
        assert not picked.keys() & left.keys()

    def test_leaves_the_document_as_it_was(self):
        before = repr(DOCUMENT)
        shaped("omit=parties.organization&fields=parties")

        assert repr(DOCUMENT) == before


class TestBrief:
    def test_excludes_every_other_shape(self):
        assert fault("brief=true&fields=id")[:2] == ("brief", "excludes")
        assert wanted("brief=true").brief

    def test_is_true_or_false(self):
        assert fault("brief=yes")[:2] == ("brief", "invalid")
        assert not wanted("brief=false").brief


class TestExpand:
    def load(self, ids):
        self.asked = ids
        return {"o1": {"id": "o1", "city": "Rabat", "label": "another"}}

    def test_puts_the_whole_record_in_the_place_of_a_reference(self):
        document = {
            "parties": [{"organization": {"id": "o1", "label": "Aman"}}, {"organization": {"id": "o2"}}]
        }

        shaping.expand([document], "parties.organization", self.load)

        assert document["parties"][0]["organization"] == {"id": "o1", "city": "Rabat", "label": "Aman"}
        assert document["parties"][1]["organization"] == {"id": "o2"}, (
            "who may not be seen is only pointed at"
        )
        assert self.asked == ["o1", "o2"]

    def test_asks_nothing_where_nothing_is_pointed_at(self):
        shaping.expand([{"parties": []}, {"parties": None}, {}], "parties.organization", pytest.fail)

    def test_lets_fields_speak_of_what_it_brings(self):
        found = wanted("expand=parties.organization,proof&fields=parties.organization.city")

        assert found.expand == ("proof", "parties.organization")
        assert fault("fields=parties.organization.city")[1] == "unknown_field"

    def test_refuses_what_is_no_reference(self):
        assert fault("expand=party.organization") == (
            "expand",
            "unknown_expand",
            "Cannot be expanded; did you mean “parties.organization”?",
        )
