"""A short series -> a small line; numbers only, so nothing in it needs escaping."""

from collections.abc import Sequence

from warehouse.report.drawing import Scale, area, dot, line

WIDTH, HEIGHT, MARGIN = 120, 32, 3


def sparkline(values: Sequence[float]) -> str:
    """Draw the values from left to right, the last one marked; empty for fewer than two."""
    if len(values) < 2:
        return ""
    x = Scale(0, len(values) - 1, MARGIN, WIDTH - MARGIN)
    y = Scale(min(values), max(values), HEIGHT - MARGIN, MARGIN)
    points = [(x(place), y(value)) for place, value in enumerate(values)]
    ground = [(MARGIN, HEIGHT), *points, (WIDTH - MARGIN, HEIGHT)]
    return (
        f'<svg class="spark" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">'
        f"{area('spark-area', ground)}{line('spark-line', points)}"
        f"{dot('spark-end', *points[-1], 2.4)}</svg>"
    )
