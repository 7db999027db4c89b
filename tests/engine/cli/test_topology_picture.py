"""The learned graph as a table and as a picture."""

from xml.etree import ElementTree

import numpy as np
import pytest

from engine.anatomy import load_anatomy
from engine.assess.prior import edge_lengths, fit_prior
from engine.assess.topology_table import topology_table
from engine.cli.reports import print_topology
from engine.cli.topology_picture import draw_topology
from engine.errors import SettingsError
from tests.engine.assess.shapes import MILLIMETRES_PER_PIXEL, stick_hands

_SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def hand():
    return load_anatomy("hand")


@pytest.fixture(scope="module")
def prior(hand):
    return fit_prior(stick_hands(60, seed=1), hand)


def test_the_table_has_every_edge_with_its_mean_and_spread_in_millimetres(prior, hand):
    rows = topology_table(prior, hand)
    assert sorted((row.first, row.second) for row in rows) == sorted(map(tuple, prior.edges))
    lengths = edge_lengths(stick_hands(60, seed=1) * prior.millimetres_per_pixel, prior.edges)
    for edge, measured in zip(prior.edges.tolist(), lengths.T, strict=True):
        row = next(one for one in rows if [one.first, one.second] == edge)
        assert row.names == (hand.landmark_names[edge[0]], hand.landmark_names[edge[1]])
        assert row.mean == pytest.approx(measured.mean())
        assert row.standard_deviation == pytest.approx(measured.std(), rel=0.15)
        assert row.variation == pytest.approx(row.standard_deviation / row.mean)
    assert abs(prior.millimetres_per_pixel - MILLIMETRES_PER_PIXEL) < 0.1


def test_the_printed_table_begins_with_the_steadiest_edge(prior, hand, capsys):
    rows = topology_table(prior, hand)
    print_topology({"edges": [row.to_dict() for row in rows], "shapes": 60})
    head, first, *_, last = capsys.readouterr().out.splitlines()
    assert head.split()[-1] == "SD/mean"
    assert first.startswith(f"{rows[0].first} {rows[0].names[0]} - {rows[0].second} ")
    assert last == f"{len(prior.edges)} edges, learned from 60 shapes"


def test_the_drawing_has_every_edge_and_every_landmarks_name(prior, hand, tmp_path):
    path = tmp_path / "graph.svg"
    draw_topology(prior, hand, path)
    root = ElementTree.parse(path).getroot()
    assert len(root.findall(f"{_SVG}line")) == len(prior.edges)
    assert len(root.findall(f"{_SVG}circle")) == 37
    texts = [text.text for text in root.findall(f"{_SVG}text")]
    assert all(f"{index}  {name}" in texts for index, name in enumerate(hand.landmark_names))
    width, height = float(root.get("width")), float(root.get("height"))
    for circle in root.findall(f"{_SVG}circle"):
        assert 0 < float(circle.get("cx")) < width
        assert 0 < float(circle.get("cy")) < height


def test_the_graph_is_drawn_as_a_png_too(prior, hand, tmp_path):
    from PIL import Image

    path = tmp_path / "graph.PNG"
    draw_topology(prior, hand, path)
    with Image.open(path) as image:
        colours = np.unique(np.asarray(image).reshape(-1, 3), axis=0)
    assert len(colours) > len(hand.groups)


@pytest.mark.parametrize("name", ["graph.pdf", "graph", "nowhere/graph.svg"])
def test_a_picture_that_cannot_be_drawn_is_refused_in_one_line(prior, hand, tmp_path, name):
    with pytest.raises(SettingsError) as caught:
        draw_topology(prior, hand, tmp_path / name)
    assert "\n" not in str(caught.value)
