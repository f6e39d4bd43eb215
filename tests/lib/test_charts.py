"""Where the marks of a drawing stand."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.charts import BAR, Sides, ego_network, two_sided_bars, wrap_to

NAME = "National Federation of Associations for the Protection of Childhood and Family of the North"


class TestAnEgoNetwork:
    @pytest.mark.parametrize("count", range(1, 13))
    def test_keeps_every_mark_and_every_word_inside_its_view_box(self, count):
        drawing = ego_network(NAME, [(NAME, place + 1) for place in range(count)])

        for spot in (drawing.centre, *drawing.spots):
            assert drawing.top <= spot.y - spot.radius
            assert spot.y + spot.radius <= drawing.top + drawing.height
            for y, words in spot.lines:
                width = 6.3 * len(words)
                left = spot.text_x - {"start": 0, "middle": width / 2, "end": width}[spot.anchor]
                assert left >= 0
                assert left + width <= drawing.width
                assert drawing.top <= y <= drawing.top + drawing.height

    @pytest.mark.parametrize("count", range(2, 13))
    def test_lets_no_two_partners_touch(self, count):
        spots = ego_network("It", [(NAME, 1)] * count).spots

        for place, one in enumerate(spots):
            for other in spots[place + 1 :]:
                apart = ((one.x - other.x) ** 2 + (one.y - other.y) ** 2) ** 0.5
                assert apart > one.radius + other.radius

    def test_draws_a_thicker_line_to_whom_it_has_more_in_common_with(self):
        few, many = ego_network("It", [("Few", 1), ("Many", 9)]).spots

        assert few.stroke < many.stroke
        assert few.radius < many.radius

    def test_joins_partners_where_they_stand(self):
        drawing = ego_network("It", [("A", 1), ("B", 1), ("C", 1)], bonds=[(0, 2)])
        first, _second, third = drawing.spots

        assert drawing.bonds == [(first.x, first.y, third.x, third.y)]

    def test_stands_alone_without_partners(self):
        drawing = ego_network("It", [])

        assert drawing.spots == []
        assert drawing.height > 0

    def test_knows_whole_numbers_only_for_a_french_page_would_write_a_comma(self):
        drawing = ego_network("It", [("A", 2), ("B", 3), ("C", 7)], bonds=[(0, 1)])

        for spot in (drawing.centre, *drawing.spots):
            assert {type(each) for each in (spot.x, spot.y, spot.radius, spot.stroke, spot.text_x)} == {int}
        assert {type(each) for each in (drawing.top, drawing.height)} == {int}


class TestWordsInLittleRoom:
    def test_are_left_alone_where_they_fit(self):
        assert wrap_to("Al Amal", room=100) == ["Al Amal"]

    def test_break_between_words_and_end_in_an_ellipsis_where_they_do_not(self):
        assert wrap_to("one two three four", room=50) == ["one two", "three…"]

    def test_are_cut_where_one_word_is_too_long(self):
        assert wrap_to("Bundesarbeitsgemeinschaft", room=63) == ["Bundesarb…"]

    @given(st.text(), st.floats(0, 400))
    def test_never_take_more_lines_or_letters_than_there_are(self, words, room):
        lines = wrap_to(words, room)

        assert 1 <= len(lines) <= 2
        assert all(len(line) <= max(int(room / 6.3), 4) for line in lines)


class TestTwoSidedBars:
    def test_put_what_lies_across_in_the_middle_and_the_sides_outside_of_it(self):
        [blocks] = two_sided_bars([Sides([("fulfilled", 1), ("overdue", 2)], 2, [("no_news", 3)])], gap=0)

        assert [(each.what, each.count) for each in blocks] == [
            ("overdue", 2),
            ("fulfilled", 1),
            ("across", 2),
            ("no_news", 3),
        ]
        across = blocks[2]
        assert across.x + across.width / 2 == BAR / 2
        for one, following in pairwise(blocks):
            assert one.x + one.width == following.x

    def test_are_all_on_one_scale(self):
        one, five = two_sided_bars([Sides([("a", 1)], 0, []), Sides([], 0, [("a", 50)])], gap=0)

        assert five[0].width == 50 * one[0].width == BAR / 2

    def test_leave_out_what_there_is_none_of(self):
        assert two_sided_bars([Sides([("a", 0)], 0, [("b", 0)])]) == [[]]
        assert two_sided_bars([]) == []

    @given(st.lists(st.tuples(*[st.integers(0, 900)] * 3), max_size=8))
    def test_stay_within_their_width(self, rows):
        drawn = two_sided_bars([Sides([("a", left)], across, [("b", right)]) for left, across, right in rows])

        for blocks in drawn:
            for block in blocks:
                assert block.x >= 0
                assert block.width >= 1
                assert block.x + block.width <= BAR + 1
