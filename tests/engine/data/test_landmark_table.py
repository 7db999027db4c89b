import numpy as np
import pytest

from engine.data.landmark_table import read_landmark_rows, read_landmark_table
from engine.errors import DataError


@pytest.fixture
def write(tmp_path):
    def write(text, **encoding):
        path = tmp_path / "all.csv"
        path.write_text(text, **encoding)
        return path

    return write


def test_rows_become_landmarks_by_identifier(write):
    table = read_landmark_table(write("007,1,2,3.5,-4e-1\nb, 5 ,6,7,8\n"), 2)
    assert list(table) == ["007", "b"]
    np.testing.assert_array_equal(table["007"], [[1, 2], [3.5, -0.4]])
    np.testing.assert_array_equal(table["b"], [[5, 6], [7, 8]])
    assert table["b"].dtype == np.float64


def test_blank_lines_and_a_byte_order_mark_do_not_matter(write):
    rows = read_landmark_rows(write("a,1,2\n\nb,3,4\n\n", encoding="utf-8-sig"), 1)
    assert [(row.number, row.identifier) for row in rows] == [(1, "a"), (3, "b")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a,1,2\nb,1,2,3\n", "row 2 has 4 columns, expected 3: an id and x, y of 1 landmarks"),
        ("a,1,2\nb,1\n", "row 2 has 2 columns, expected 3"),
        ("a,1,2\nb,1,2,\n", "row 2 has 4 columns, expected 3"),
        ("id,x0,y0\na,1,2\n", r"row 1, column 2: 'x0' is not a number \(the table has no header"),
        ("a,1,2\nb,one,2\n", "row 2, column 2: 'one' is not a number$"),
        ("a,1,2\nb,1,\n", "row 2, column 3: '' is not a number"),
        ("a,1,1_0\n", "row 1, column 3: '1_0' is not a number"),
        ("a,1,nan\n", "row 1, column 3: nan is not a coordinate"),
        ("a,1,2\nb,inf,2\n", "row 2, column 2: inf is not a coordinate"),
        ("a,1,2\nb,3,4\na,5,6\n", "row 3 repeats id 'a' of row 1"),
        (" ,1,2\n", "row 1 has an empty id"),
        ("", "is empty"),
        ("\n \n", "is empty"),
        ("a,1,2\n\0", "row 2 has 1 columns|is not a text table"),
    ],
)
def test_a_bad_table_gives_one_line_with_file_and_row(write, text, reason):
    with pytest.raises(DataError, match=reason) as caught:
        read_landmark_table(write(text), 1)
    assert "all.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_or_binary_table_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"all\.csv cannot be read: No such file"):
        read_landmark_table(tmp_path / "all.csv", 1)
    (tmp_path / "all.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match=r"all\.csv is not a text table"):
        read_landmark_table(tmp_path / "all.csv", 1)
