"""A short series -> a small SVG line; numbers only, so nothing in it needs escaping."""

from collections.abc import Sequence

WIDTH, HEIGHT, MARGIN = 120, 32, 3


def sparkline(values: Sequence[float]) -> str:
    """Draw the values from left to right, the last one marked; empty for fewer than two."""
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    step = (WIDTH - 2 * MARGIN) / (len(values) - 1)
    room = HEIGHT - 2 * MARGIN

    def y(value: float) -> float:
        return HEIGHT / 2 if high == low else HEIGHT - MARGIN - (value - low) / (high - low) * room

    points = [(MARGIN + place * step, y(value)) for place, value in enumerate(values)]
    line = " ".join(f"{x:.1f},{height:.1f}" for x, height in points)
    area = f"{MARGIN},{HEIGHT} {line} {WIDTH - MARGIN},{HEIGHT}"
    last_x, last_y = points[-1]
    return (
        f'<svg class="spark" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">'
        f'<polygon class="spark-area" points="{area}"/>'
        f'<polyline class="spark-line" points="{line}"/>'
        f'<circle class="spark-end" cx="{last_x:.1f}" cy="{last_y:.1f}" r="2.4"/></svg>'
    )
