import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.report import network_panels, network_view


@pytest.fixture
def drawn(crossing):
    return network_panels.draw_panels(network_view.check_network(crossing, "network"))


def lines(panel):
    return {tie["number"]: tie["classes"] for tie in panel["ties"]}


def marks(panel):
    return [node["classes"] for node in panel["nodes"]]


def test_there_is_a_panel_per_text_and_one_for_the_change(drawn):
    assert [panel["name"] for panel in drawn["panels"]] == ["2014", "2018", "2020", "Change from 2014 to 2020"]


def test_north_is_up_one_scale_holds_for_both_directions_and_all_fits(drawn):
    middle, east, north, west, south = [(term["x"], term["y"]) for term in drawn["terms"]]
    assert (middle[0], middle[1]) == (180, drawn["height"] / 2)
    assert east[0] - middle[0] == middle[0] - west[0] == middle[1] - north[1] == south[1] - middle[1] > 100
    assert drawn["width"] == 360
    assert north[1] >= network_panels.EDGE


def test_a_tie_runs_between_the_same_places_in_every_panel(drawn):
    paths = [tie["path"] for panel in drawn["panels"] for tie in panel["ties"] if tie["number"] == 0]
    assert paths == ["M180 156L316 156"] * 3  # in 2014, in 2018 and as gone; 2020 does not have it


def test_a_text_shows_its_own_ties_dark_where_they_pass_the_test_and_last(drawn):
    assert lines(drawn["panels"][0]) == {1: "loose w1", 2: "loose w1", 4: "loose w1", 0: "kept w3"}
    assert list(lines(drawn["panels"][0]))[-1] == 0
    assert lines(drawn["panels"][2]) == {3: "loose w1", 5: "loose w1", 1: "kept w1", 2: "kept w2"}


def test_terms_that_a_text_lacks_are_ghosts_in_their_place(drawn):
    assert marks(drawn["panels"][0]) == ["themed", "plain", "plain", "themed", "plain"]
    assert marks(drawn["panels"][1]) == ["themed", "plain", "ghost", "ghost", "plain"]
    assert marks(drawn["panels"][2]) == ["themed", "ghost", "plain", "themed", "plain"]


def test_the_change_is_told_by_class_new_last_and_of_what_chance_could_bring_only_the_direction(drawn):
    change = drawn["panels"][3]
    sure = [(4, "weaker"), (2, "stronger"), (0, "gone"), (3, "new")]
    assert list(lines(change).items()) == [(1, "unsure even"), (5, "unsure more"), *sure]
    assert ("too few to tell", 1) in drawn["changes"]


def test_without_a_difference_a_tie_points_nowhere(crossing):
    crossing["ties"][1]["difference"] = -0.1
    del crossing["ties"][5]["difference"]
    drawn = network_panels.draw_panels(network_view.check_network(crossing, "network"))
    assert list(lines(drawn["panels"][3]).items())[:2] == [(1, "unsure fewer"), (5, "unsure even")]


def test_a_term_in_neither_of_the_compared_texts_is_a_ghost(crossing):
    crossing["nodes"][1]["counts"] = [0, 3, 0]
    drawn = network_panels.draw_panels(network_view.check_network(crossing, "network"))
    assert marks(drawn["panels"][3]) == ["themed", "ghost", "plain", "themed", "plain"]


def test_what_is_read_out_gives_the_counts_of_all_texts(drawn):
    assert drawn["terms"][0]["says"] == "5 paragraphs in 2014, 5 in 2018, 2 in 2020; 4 ties"
    assert drawn["terms"][2]["says"] == "1 paragraph in 2014, 0 in 2018, 1 in 2020; 2 ties"
    expected = "together in 3 paragraphs in 2014, 1 in 2018, 0 in 2020; passes the test in 2014; 2014 to 2020: gone"
    assert drawn["links"][0]["says"] == expected


def test_panels_say_what_is_in_them(drawn):
    assert drawn["panels"][1]["label"] == "2018: 3 of 5 terms, 2 ties; 0 pass the test."
    expected = "1 new, 1 gone, 1 stronger, 1 weaker, 1 inconclusive, 1 too few to tell"
    assert drawn["panels"][3]["label"] == f"Change from 2014 to 2020, ties: {expected}."


def test_labels_where_there_is_room_are_shown_on_every_screen(drawn):
    assert [node["fit"] for node in drawn["panels"][0]["nodes"]][2:] == [4, 4, 4]


def terms_at(*places, radius=2, words=()):
    words = words or [str(number) for number in range(len(places))]
    at = network_panels.label_place("e", radius)
    return [
        {"x": x, "y": y, "label": word, "side": "e", "at": at, "radius": radius, "theme": None}
        for word, (x, y) in zip(words, places, strict=True)
    ]


def test_a_label_without_a_place_is_shown_on_focus_only_and_inside_the_panel(crossing):
    for number, node in enumerate(crossing["nodes"]):
        node |= {"x": 0.01 * number, "y": 0, "label": "informatie-uitwisseling in de Europese Unie"}
    crossing["nodes"][4] |= {"x": 9, "y": 0}  # far to the right
    crossing["nodes"][1] |= {"x": 8.99, "y": 0.01}
    drawn = network_panels.draw_panels(network_view.check_network(crossing, "network"))
    without = [number for number, term in enumerate(drawn["terms"]) if not term["side"]]
    assert without
    assert {panel["nodes"][number]["fit"] for panel in drawn["panels"] for number in without} == {0}
    for term in drawn["terms"]:
        assert term["x"] < 180 or term["at"]["anchor"] != "start"


@pytest.mark.parametrize(
    ("place", "side"), [((100, 100), "e"), ((340, 100), "w"), ((180, 150), "e"), ((352, 6), "w"), ((8, 6), "e")]
)
def test_a_label_stands_in_the_east_unless_it_would_leave_the_drawing(place, side):
    assert network_panels.place_labels(terms_at(place, words=["veiligheid"]), [1], 200) == [side]


def test_a_label_takes_the_first_side_that_is_free():
    walls = [(150, 102), (50, 100), (100, 91), (100, 109)]  # in the east, west, north and south of the first
    for number, side in enumerate(["e", "w", "n", "s", "ne"]):
        terms = terms_at((100, 100), *walls[:number], radius=6, words=["veiligheid", *"abcd"[:number]])
        assert network_panels.place_labels(terms, [9] + [1] * number, 200)[0] == side


def test_of_two_terms_in_one_place_the_heavier_chooses_first_and_equal_ones_by_label():
    terms = terms_at((100, 100), (100, 100), words=["b", "a"])
    assert network_panels.place_labels(terms, [1, 2], 200)[1] == "e"
    assert network_panels.place_labels(terms, [1, 1], 200)[1] == "e"
    assert network_panels.place_labels(terms, [2, 1], 200)[0] == "e"


PLACES = st.lists(
    st.tuples(st.floats(0, 360), st.floats(0, 200), st.floats(1.5, 8), st.integers(1, 14)), min_size=1, max_size=25
)


@given(PLACES)
def test_labels_cover_neither_each_other_nor_the_marker_of_another_term_and_stay_inside(rows):
    terms = [
        {"x": x, "y": y, "label": "n" * letters, "radius": radius, "theme": None} for x, y, radius, letters in rows
    ]
    sides = network_panels.place_labels(terms, list(range(len(terms))), 200)
    boxes = {}
    for at, (term, side) in enumerate(zip(terms, sides, strict=True)):
        if side:
            term["at"] = network_panels.label_place(side, term["radius"])
            boxes[at] = network_panels._box(term["label"], term, network_panels.PLACING_SIZE)
    for at, (left, top, right, bottom) in boxes.items():
        assert min(left, top) >= 0
        assert right <= 360
        assert bottom <= 200
        for other, term in enumerate(terms):
            covered = left < term["x"] < right and top < term["y"] < bottom
            assert other == at or not covered
            if other > at and other in boxes:
                box = boxes[other]
                assert left >= box[2] or box[0] >= right or top >= box[3] or box[1] >= bottom


def test_of_two_labels_in_one_place_the_more_frequent_goes_first():
    terms = terms_at((100, 100), (102, 108))
    assert network_panels.fit_labels(["veiligheid", "vrijheid"], terms, [2, 9], 300) == [2, 4]


def test_a_label_gives_way_to_a_marker_and_to_the_edge_but_not_to_its_own_marker():
    assert network_panels.fit_labels(["veiligheid"], terms_at((100, 100)), [1], 300) == [4]
    assert network_panels.fit_labels(["veiligheid", ""], terms_at((100, 100), (115, 100)), [1, 1], 300) == [0, 0]
    assert network_panels.fit_labels(["veiligheid"], terms_at((320, 100)), [1], 300) == [1]


@given(
    st.lists(st.tuples(*[st.floats(-1e6, 1e6, allow_nan=False, allow_subnormal=False)] * 2), min_size=1, max_size=30)
)
def test_every_place_lies_inside_the_drawing(coordinates):
    places, height = network_panels.place_nodes(coordinates)
    assert height <= network_panels.TALLEST + 1
    assert all(0 <= x <= network_panels.WIDTH and 0 <= y <= height for x, y in places)


def test_a_network_of_one_term_or_on_one_line_can_be_placed():
    assert network_panels.place_nodes([(3, 4)]) == ([(180, 100)], 200)
    assert network_panels.place_nodes([(0, 1), (1, 1)]) == ([(44, 100), (316, 100)], 200)


def test_more_paragraphs_never_make_a_marker_smaller():
    sizes = [network_panels.mark_radius(count, theme) for theme in (None, "cyber") for count in range(60)]
    assert sizes[:60] == sorted(sizes[:60])
    assert sizes[60:] == sorted(sizes[60:])
