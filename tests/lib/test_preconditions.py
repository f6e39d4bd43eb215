"""ETags as they are written and read, and what a stale one is told."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIRequestFactory

from lib.preconditions import Since, asked, demanded, etag, failed
from lib.problems import Problem


def request(header):
    headers = {} if header is None else {"If-Match": header}
    return APIRequestFactory().patch("/", headers=headers)


class TestDemanded:
    @pytest.mark.parametrize(
        ("header", "versions"),
        [
            ('"7-fr-json"', {7: "fr"}),
            ('"7"', {7: ""}),
            ('"7-xx-json"', {7: ""}),
            (' "7-fr-json" , "8-en-csv"', {7: "fr", 8: "en"}),
            ('"7","8"', {7: "", 8: ""}),
            ('"other,with,commas", "8"', {8: ""}),
            ('W/"7-fr-json"', {}),
            ('"seven"', {}),
            ('""', {}),
            ('"7-fr-json-more"', {}),
            ('"-7"', {}),
            ('"٧"', None),
        ],
    )
    def test_reads_tags_as_they_are_written(self, header, versions):
        if versions is None:
            with pytest.raises(Problem):
                demanded(request(header))
        else:
            assert demanded(request(header)).versions == versions

    @pytest.mark.parametrize(
        "header", ["7", "7-fr-json", '"7', '7"', '"7" "8"', '*, "7"', "W/7", '"7";"8"', 'w/"7"']
    )
    def test_refuses_what_is_no_tag(self, header):
        with pytest.raises(Problem) as refusal:
            demanded(request(header))

        assert refusal.value.slug == "bad-request"
        assert [each.pointer for each in refusal.value.faults] == ["/If-Match"]

    @pytest.mark.parametrize("header", [None, "", "  "])
    def test_demands_to_be_told(self, header):
        with pytest.raises(Problem) as refusal:
            demanded(request(header))

        assert refusal.value.slug == "precondition-required"
        assert asked(request(header)) is None

    def test_is_met_by_the_version_in_any_language(self):
        read = demanded(request('"7-fr-json"'))

        assert (read.met_by(7), read.met_by(8), read.met_by(70)) == (True, False, False)
        assert (read.language(7), read.language(8)) == ("fr", "")
        assert demanded(request("*")).met_by(12)

    @given(st.integers(0, 2**31 - 1), st.sampled_from(["ar", "en", "fr"]), st.sampled_from(["json", "csv"]))
    def test_reads_back_what_was_written(self, version, language, format):
        assert demanded(request(etag(version, language, format))).versions == {version: language}


def test_a_stale_change_is_told_what_is_so_now():
    problem = failed(8, Since(datetime(2026, 5, 1, tzinfo=UTC), "An editor", ["/titles/fr"]), language="ar")

    assert problem.slug == "precondition-failed"
    assert problem.members == {
        "version": 8,
        "updated_at": "2026-05-01T00:00:00+00:00",
        "updated_by": "An editor",
        "changed": ["/titles/fr"],
    }
    assert problem.headers == {"ETag": '"8-ar-json"'}


def test_the_newest_of_what_was_read_tells_what_is_new():
    assert demanded(request('"3", "5", "9"')).newest_before(8) == 5
    assert demanded(request('"9"')).newest_before(8) == 8
