"""A figure beside its limit, with as many decimals as it takes to tell the two apart."""

_MOST_DECIMALS = 6


def beside_limit(value: float, limit: float, decimals: int = 1) -> tuple[str, str]:
    """Two figures as text, equal only where the numbers are.

    Args:
        decimals: shown where they are enough; more are where both would read the same, so that
            nobody is told of 2.8 mm beyond a limit of 2.8 mm.
    """
    shown = decimals
    while (
        value != limit and shown < _MOST_DECIMALS and f"{value:.{shown}f}" == f"{limit:.{shown}f}"
    ):
        shown += 1
    return f"{value:.{shown}f}", f"{limit:.{shown}f}"
