"""JSON merge patch, by the cases of its own text and by what must hold for every document."""

from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.merge_patch import DEEPEST, is_deep, merged

# RFC 7396, Appendix A: the original, the patch, the result.
CASES = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=15,
)
OBJECTS = st.dictionaries(st.text(max_size=3), VALUES, max_size=5)


def without_null(value):
    if isinstance(value, dict):
        return {name: without_null(each) for name, each in value.items() if each is not None}
    return value


class TestMerged:
    @pytest.mark.parametrize(("document", "patch", "result"), CASES)
    def test_does_as_the_standard_shows(self, document, patch, result):
        assert merged(document, patch) == result

    @given(VALUES, VALUES)
    def test_touches_neither_of_the_two(self, document, patch):
        before = deepcopy((document, patch))
        merged(document, patch)
        assert (document, patch) == before

    @given(VALUES, VALUES)
    def test_says_the_same_when_said_twice(self, document, patch):
        once = merged(document, patch)
        assert merged(once, patch) == once

    @given(OBJECTS, OBJECTS)
    def test_leaves_alone_what_the_patch_does_not_name(self, document, patch):
        result = merged(document, patch)
        assert {name: each for name, each in result.items() if name not in patch} == {
            name: each for name, each in document.items() if name not in patch
        }
        assert all(name not in result for name, each in patch.items() if each is None)

    @given(VALUES)
    def test_makes_anything_of_nothing_but_nulls_in_objects(self, patch):
        assert merged(None, patch) == without_null(patch)


def nested(levels, *, lists):
    value = 1
    for _level in range(levels):
        value = [value] if lists else {"a": value}
    return value


class TestDepth:
    @pytest.mark.parametrize("lists", [True, False])
    def test_is_allowed_to_the_last_level_and_refused_after(self, lists):
        assert merged({}, {"b": nested(DEEPEST - 1, lists=lists)})
        with pytest.raises(ValueError, match="deeper"):
            merged({}, {"b": nested(DEEPEST, lists=lists)})

    def test_is_told_of_any_depth(self):
        assert is_deep(nested(50_000, lists=True))
        assert not is_deep(nested(3, lists=True), most=3)
        assert is_deep(nested(4, lists=True), most=3)
        assert not is_deep({}, most=1)
        assert not is_deep("word", most=1)
