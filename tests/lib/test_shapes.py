"""What a document may look like, and what is said of one that does not."""

from datetime import date

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import serializers

from lib.claims import Basis, DateClaim
from lib.problems import Fault, Refused, pointed
from lib.shapes import Claim, Code, Reference, Strict, Texts, checked


class Note(Strict):
    """A document to try the shapes on."""

    title = Texts(max_length=20)
    summary = Texts(allow_empty=True)
    kind = Code(required=False)
    about = Reference(required=False)
    written = Claim()
    pages = serializers.IntegerField(required=False)


def faults(**members) -> list[Fault]:
    shape = Note(data={"title": {"en": "A title"}} | members)
    return [] if shape.is_valid() else list(pointed(shape.errors))


def places(**members) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in faults(**members)]


def read(**members):
    shape = Note(data={"title": {"en": "A title"}} | members)
    shape.is_valid(raise_exception=True)
    return shape.validated_data


class TestAStrictObject:
    def test_refuses_a_stranger_and_names_the_nearest_member(self):
        [fault] = faults(sumary={"en": "…"})

        assert (fault.pointer, fault.code) == ("/sumary", "unknown_member")
        assert "“summary”" in fault.message

    def test_refuses_a_stranger_that_is_like_nothing(self):
        assert [fault.message for fault in faults(xyzzy=1)] == ["Unknown member."]

    def test_refuses_what_is_no_object(self):
        shape = Note(data=["title"])

        assert not shape.is_valid()


class TestTexts:
    def test_take_words_in_any_of_the_three_languages(self):
        assert read(title={"fr": "Titre", "ar": "عنوان"})["title"] == {"fr": "Titre", "ar": "عنوان"}

    def test_may_be_left_out_only_where_that_is_said(self):
        assert read()["summary"] == {}
        assert places(title={}) == [("/title", "empty")]

    @pytest.mark.parametrize(
        ("words", "code"),
        [
            ("A title", "object"),
            ({"de": "Titel"}, "language"),
            ({"en": "  "}, "words"),
            ({"en": ""}, "words"),
            ({"en": None}, "words"),
            ({"en": 7}, "words"),
            ({"en": "A\x00"}, "unfit"),
            ({"en": "half \ud83d"}, "unfit"),
            ({"en": "x" * 21}, "too_long"),
        ],
    )
    def test_refuse_anything_else(self, words, code):
        assert places(title=words) == [("/title", code)]


class TestACode:
    @pytest.mark.parametrize(
        "told", ["training", {"code": "training"}, {"code": "training", "label": "formation"}]
    )
    def test_is_taken_alone_or_as_it_was_read(self, told):
        assert read(kind=told)["kind"] == "training"

    @pytest.mark.parametrize(
        "told", ["", {}, {"label": "formation"}, {"code": "a", "x": 1}, 7, ["training"], "a\0", "\ud800"]
    )
    def test_is_refused_in_any_other_form(self, told):
        assert places(kind=told) == [("/kind", "form")]


class TestAReference:
    @pytest.mark.parametrize(
        "told", [{"key": "aman"}, {"id": "aman"}, {"id": "aman", "label": "Aman", "url": "x"}]
    )
    def test_points_by_key_or_id(self, told):
        assert read(about=told)["about"] == "aman"

    @pytest.mark.parametrize(
        "told", ["aman", {}, {"key": ""}, {"id": 7}, {"slug": "aman"}, ["aman"], {"key": "a\0"}]
    )
    def test_is_refused_in_any_other_form(self, told):
        assert places(about=told) == [("/about", "form")]


class TestAClaim:
    def test_left_out_states_nothing(self):
        assert read()["written"] == DateClaim()

    @pytest.mark.parametrize(
        "claim",
        [
            DateClaim("2012", date(2012, 1, 1), date(2012, 12, 31), Basis.STATED),
            DateClaim("avant 2015", None, date(2014, 12, 31), Basis.STATED, "a note"),
            DateClaim("", date(2012, 1, 1), None, Basis.DERIVED, "from the launch of the programme"),
            DateClaim("yesterday", basis=Basis.RELATIVE),
            DateClaim("sans limite de durée", basis=Basis.NONE),
            DateClaim(),
        ],
    )
    def test_comes_back_as_it_was_read(self, claim):
        assert read(written=claim.as_json())["written"] == claim

    @pytest.mark.parametrize(
        ("written", "pointer"),
        [
            ({"basis": "stated", "stated": "2012"}, "/written/earliest"),
            ({"basis": "derived", "note": "by the launch"}, "/written/earliest"),
            ({"basis": "stated", "earliest": "2012-01-01"}, "/written/stated"),
            ({"basis": "relative"}, "/written/stated"),
            ({"basis": "relative", "stated": "yesterday", "earliest": "2012-01-01"}, "/written/basis"),
            ({"earliest": "2012-01-01"}, "/written/basis"),
            ({"stated": "yesterday"}, "/written/basis"),
            ({"basis": "derived", "earliest": "2012-01-01"}, "/written/note"),
            (
                {"basis": "stated", "stated": "x", "earliest": "2012-01-02", "latest": "2012-01-01"},
                "/written/latest",
            ),
            ({"basis": "stated", "stated": "x", "latest": "9999-12-31"}, "/written/latest"),
            ({"basis": "guessed"}, "/written/basis"),
            ({"basis": "stated", "stated": "x", "earliest": "18/05/2012"}, "/written/earliest"),
            ({"ealiest": "2012-01-01"}, "/written/ealiest"),
        ],
    )
    def test_is_refused_where_it_contradicts_itself(self, written, pointer):
        assert [fault.pointer for fault in faults(written=written)] == [pointer]

    @given(
        st.fixed_dictionaries(
            {},
            optional={
                "stated": st.none() | st.sampled_from(["", "2012", "yesterday"]),
                "earliest": st.none() | st.dates().map(str),
                "latest": st.none() | st.dates().map(str),
                "basis": st.sampled_from(Basis.values),
                "note": st.sampled_from(["", "by the launch"]),
            },
        )
    )
    def test_that_is_taken_is_one_the_tables_keep(self, written):
        """Form and database agree, so that no refusal comes late and without its place."""
        if faults(written=written):
            return
        claim = read(written=written)["written"]
        has_days = claim.range is not None

        assert has_days == (claim.basis in {Basis.STATED, Basis.DERIVED})
        assert claim.text or claim.basis not in {Basis.STATED, Basis.RELATIVE}
        assert claim.note or claim.basis != Basis.DERIVED
        assert not claim.text or claim.basis != Basis.NOT_STATED


class Few(Strict):
    """A document with a limit that Django REST framework words."""

    pages = serializers.IntegerField(max_value=3)


class TestTheLanguageOfARefusal:
    def test_is_the_readers_whoever_was_refused_before(self):
        said = {}
        for language in ("en", "fr", "ar", "en"):
            with translation.override(language), pytest.raises(Refused) as refused:
                checked(Few, {"pages": 9})
            (fault,) = refused.value.faults
            assert said.setdefault(language, str(fault.message)) == str(fault.message)

        assert len({*said.values()}) == 3
        assert said["en"] == "Ensure this value is less than or equal to 3."
