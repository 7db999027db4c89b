"""What the paper's Tables 1 and 2 say, to be printed beside our own figures."""

from dataclasses import dataclass

TEST_LANDMARKS = 298 * 37
RADII = (2, 4, 10, 20)


@dataclass(frozen=True)
class PaperRow:
    """Point error in mm (mean and standard deviation) and how many of `TEST_LANDMARKS` landmarks
    lie further than each of `RADII` (mm) from their place."""

    mean: float
    sd: float
    outliers: tuple[int, int, int, int]


TABLE_2 = {
    ("100%", "real"): PaperRow(0.76, 0.79, (702, 92, 1, 0)),
    ("100%", "vae"): PaperRow(0.77, 0.79, (711, 91, 1, 0)),
    ("100%", "ddpm"): PaperRow(0.75, 0.77, (697, 84, 1, 0)),
    ("10%", "real"): PaperRow(0.82, 0.84, (776, 91, 3, 1)),
    ("10%", "ddpm"): PaperRow(0.84, 0.81, (840, 101, 1, 0)),
}

# Accepted share in per cent, mean and standard deviation of 10 runs of 100 pairs.
TABLE_1 = {
    ("100%", "ddpm"): (40, 3),
    ("10%", "ddpm"): (26, 5),
    ("100%", "vae"): (3, 3),
    ("10%", "vae"): (0, 0),
}
