"""The sheet's own layout: where cells are, what scrolls, what a key reaches."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QSize, QStringListModel, Qt
from PySide6.QtWidgets import QAbstractItemView

from app.cell_grid import CellGrid

CELL = QSize(50, 40)
Action = QAbstractItemView.CursorAction


class Grid(CellGrid):
    """Counts which cells are painted."""

    def __init__(self, count):
        super().__init__(CELL)
        self.painted = []
        self.cells = QStringListModel([str(i) for i in range(count)])
        self.setModel(self.cells)

    def paint_cell(self, _painter, _cell, place):
        self.painted.append(place)


@pytest.fixture
def make_grid(qtbot):
    """Shows a grid of so many cells in three columns."""

    def make(count):
        grid = Grid(count)
        qtbot.addWidget(grid)
        grid.resize(3 * CELL.width() + 30, 200)
        with qtbot.waitExposed(grid):
            grid.show()
        assert grid.columns == 3
        return grid

    return make


@given(place=st.integers(0, 998), scrolled=st.floats(0, 1))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_the_cell_of_a_place_is_found_again_where_it_is(make_grid, place, scrolled):
    grid = make_grid(999)
    bar = grid.verticalScrollBar()
    bar.setValue(int(scrolled * bar.maximum()))
    index = grid.cells.index(place)
    assert grid.indexAt(grid.visualRect(index).center()) == index
    grid.scrollTo(index)
    assert grid.viewport().rect().contains(grid.visualRect(index))


def test_only_what_is_in_sight_is_painted(make_grid):
    grid = make_grid(9999)
    grid.painted.clear()
    grid.viewport().repaint()
    assert sorted(grid.painted) == list(grid.visible_places())
    assert len(grid.painted) < 25


def test_cells_that_join_lengthen_the_bar_and_move_nothing(make_grid):
    grid = make_grid(30)
    bar = grid.verticalScrollBar()
    bar.setValue(60)
    longest = bar.maximum()
    grid.cells.insertRows(30, 30)
    assert bar.value() == 60
    assert bar.maximum() == longest + 10 * CELL.height()


@pytest.mark.parametrize(
    ("start", "action", "end"),
    [
        (4, Action.MoveUp, 1),
        (1, Action.MoveUp, 1),
        (4, Action.MoveDown, 7),
        (8, Action.MoveDown, 9),  # the last row is short
        (9, Action.MoveDown, 9),
        (5, Action.MoveHome, 0),
        (5, Action.MoveEnd, 9),
        (0, Action.MoveLeft, 0),
    ],
)
def test_arrow_keys_go_where_one_expects(make_grid, start, action, end):
    grid = make_grid(10)
    grid.setCurrentIndex(grid.cells.index(start))
    assert grid.moveCursor(action, Qt.KeyboardModifier.NoModifier).row() == end


def test_a_click_between_the_cells_selects_nothing(make_grid, qtbot):
    grid = make_grid(4)
    qtbot.mouseClick(
        grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.cell_rect(3).center() + QPoint(60, 0)
    )
    assert grid.selected_count() == 0


def test_a_drag_selects_the_run_it_spans(make_grid, qtbot):
    grid = make_grid(12)
    qtbot.mousePress(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.cell_rect(7).center())
    qtbot.mouseMove(grid.viewport(), grid.cell_rect(5).center())
    qtbot.mouseMove(grid.viewport(), grid.cell_rect(2).center())
    qtbot.mouseRelease(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.cell_rect(2).center())
    assert grid.selected_places() == [2, 3, 4, 5, 6, 7]
