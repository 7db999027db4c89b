"""A picture of the learned graph: edges over the mean shape, numbers at landmarks, names beside."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from engine.anatomy import Anatomy
from engine.assess.prior import Prior
from engine.errors import SettingsError

_HEIGHT = 940
_MARGIN = 40
_ROW = 24
_NAMES_WIDTH = 380
_TEXT_SIZE = 14
_RADIUS = 5
_PAPER, _INK, _EDGE = "#14181D", "#E8ECF0", "#7C8894"


@dataclass(frozen=True)
class _Drawing:
    """Pixels (x, y): landmarks (L, 2), segments (E, 2, 2), where the names stand (L, 2)."""

    width: int
    height: int
    landmarks: np.ndarray
    segments: np.ndarray
    names_at: np.ndarray
    names: tuple[str, ...]
    colours: tuple[str, ...]


def check_picture(path: Path) -> None:
    """Refuse what cannot be drawn before anything is computed.

    Raises:
        SettingsError: neither ``.png`` nor ``.svg``, or no such folder.
    """
    if path.suffix.lower() not in _WRITERS:
        raise SettingsError(f"{path} is neither .png nor .svg: name the picture one of these")
    if not path.resolve().parent.is_dir():
        raise SettingsError(f"{path} cannot be written: its folder does not exist")


def draw_topology(prior: Prior, anatomy: Anatomy, path: Path) -> None:
    """Write the picture, ``.png`` or ``.svg``.

    Raises:
        SettingsError: as `check_picture`, or the file cannot be written.
    """
    check_picture(path)
    try:
        _WRITERS[path.suffix.lower()](_lay_out(prior, anatomy), path)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}") from error


def _lay_out(prior: Prior, anatomy: Anatomy) -> _Drawing:
    low, high = prior.mean_shape.min(axis=0), prior.mean_shape.max(axis=0)
    height = max(_HEIGHT, 2 * _MARGIN + _ROW * anatomy.landmark_count)
    scale = (height - 2 * _MARGIN) / (high - low).max()
    landmarks = (prior.mean_shape - low) * scale + _MARGIN
    left = int((high - low)[0] * scale) + 3 * _MARGIN
    rows = _MARGIN + _ROW * np.arange(anatomy.landmark_count)
    return _Drawing(
        width=left + _NAMES_WIDTH,
        height=height,
        landmarks=landmarks,
        segments=landmarks[prior.edges],
        names_at=np.stack([np.full(len(rows), left), rows], axis=1),
        names=tuple(f"{index}  {name}" for index, name in enumerate(anatomy.landmark_names)),
        colours=tuple(anatomy.group_of(index).colour for index in range(anatomy.landmark_count)),
    )


def _write_svg(drawing: _Drawing, path: Path) -> None:
    size = {"width": str(drawing.width), "height": str(drawing.height)}
    root = ElementTree.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {drawing.width} {drawing.height}",
            "font-family": "sans-serif",
            "font-size": str(_TEXT_SIZE),
            **size,
        },
    )
    ElementTree.SubElement(root, "rect", {"fill": _PAPER, **size})
    for start, end in drawing.segments:
        ends = zip(("x1", "y1", "x2", "y2"), (*start, *end), strict=True)
        line = {name: f"{value:.1f}" for name, value in ends}
        ElementTree.SubElement(root, "line", {"stroke": _EDGE, "stroke-width": "2", **line})
    for index, (point, colour) in enumerate(zip(drawing.landmarks, drawing.colours, strict=True)):
        x, y = point
        circle = {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": str(_RADIUS), "fill": colour}
        ElementTree.SubElement(root, "circle", circle)
        _svg_text(root, str(index), x + _RADIUS + 2, y - _RADIUS, _INK)
        x, y = drawing.names_at[index]
        _svg_text(root, drawing.names[index], x, y + _TEXT_SIZE, colour)
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _svg_text(root: ElementTree.Element, text: str, x: float, y: float, colour: str) -> None:
    place = {"x": f"{x:.1f}", "y": f"{y:.1f}", "fill": colour}
    ElementTree.SubElement(root, "text", place).text = text


def _write_png(drawing: _Drawing, path: Path) -> None:
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (drawing.width, drawing.height), _PAPER)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(size=_TEXT_SIZE)
    for start, end in drawing.segments:
        pen.line([*start, *end], fill=_EDGE, width=2)
    for index, (point, colour) in enumerate(zip(drawing.landmarks, drawing.colours, strict=True)):
        pen.ellipse([*(point - _RADIUS), *(point + _RADIUS)], fill=colour)
        x, y = point
        pen.text((x + _RADIUS + 2, y - _RADIUS - _TEXT_SIZE), str(index), _INK, font)
        pen.text(tuple(drawing.names_at[index]), drawing.names[index], colour, font)
    image.save(path)


_WRITERS: dict[str, Callable[[_Drawing, Path], None]] = {".svg": _write_svg, ".png": _write_png}
