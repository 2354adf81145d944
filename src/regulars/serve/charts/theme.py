"""Colours of charts: two themes, the segments' own colours, and text that can be read on each of them.

Colour never stands alone: groups also differ by their marker and are named in the legend, so that the twelve segments
can be told apart by those who do not see colours, and on paper printed in grey.
"""

from __future__ import annotations

from dataclasses import dataclass

from regulars.errors import InputError


@dataclass(frozen=True)
class Theme:
    """What a chart is drawn with beside the colours of its groups.

    Attributes:
        outline: Around marks, so that a segment's colour that is close to the background still has an edge.
        mark: Of a chart with one series.
        mark_soft: The same, for an area or a bar beside it.
        warning: Of what stands out.
        scale: From little to much.
    """

    name: str
    background: str
    text: str
    text_soft: str
    grid: str
    outline: str
    mark: str
    mark_soft: str
    warning: str
    scale: tuple[str, ...]


LIGHT = Theme(
    name="light",
    background="#FFFFFF",
    text="#1C1F24",
    text_soft="#50565E",
    grid="#DDE1E6",
    outline="#FFFFFF",
    mark="#1F5FA8",
    mark_soft="#C9DCF2",
    warning="#B8430B",
    scale=("#F2F6FB", "#C9DCF2", "#8FB6E0", "#4C86C6", "#1F5FA8", "#0B356B"),
)
DARK = Theme(
    name="dark",
    background="#15181D",
    text="#F1F3F5",
    text_soft="#B3BAC3",
    grid="#383E47",
    outline="#E8EBEE",
    mark="#7DB3F0",
    mark_soft="#2C4B70",
    warning="#F5A26B",
    scale=("#1D2530", "#22405F", "#2C639A", "#4C8FD0", "#8FC0F0", "#D8EBFF"),
)
THEMES = {theme.name: theme for theme in (LIGHT, DARK)}
# For clusters, by their number: each has a contrast of 3 and more to both backgrounds.
CLUSTER_COLOURS = (
    "#2A78C8",
    "#C8570B",
    "#12866A",
    "#B0559C",
    "#8A7A10",
    "#6A6FD0",
    "#C4485A",
    "#4A868F",
    "#977150",
    "#7B7F86",
)
# Names that both Plotly and matplotlib's own table below know.
MARKERS = ("circle", "square", "diamond", "triangle-up", "cross", "triangle-down", "pentagon", "x")
UNKNOWN_COLOUR = "#7B7F86"


def theme_named(name: str) -> Theme:
    """The theme of a name.

    Raises:
        InputError: There is no such theme.
    """
    if name not in THEMES:
        raise InputError(f"There is no theme `{name}`. Choose of: {', '.join(THEMES)}.")
    return THEMES[name]


def cluster_colour(place: int) -> str:
    """The colour of a cluster by its place; after the last they begin again, with another marker."""
    return CLUSTER_COLOURS[place % len(CLUSTER_COLOURS)]


def marker(place: int) -> str:
    """The marker of a group by its place."""
    return MARKERS[place % len(MARKERS)]


def text_on(colour: str) -> str:
    """Black or white, whichever is read better on a colour."""
    return max(("#000000", "#FFFFFF"), key=lambda text: contrast(text, colour))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21, as WCAG 2.2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def on_scale(share: float, theme: Theme) -> str:
    """The colour of a share from 0 to 1 on the theme's scale, straight between its steps."""
    steps = len(theme.scale) - 1
    place = min(max(share, 0.0), 1.0) * steps
    lower = min(int(place), steps - 1)
    pairs = zip(_channels(theme.scale[lower]), _channels(theme.scale[lower + 1]), strict=True)
    return "#" + "".join(f"{round(low + (high - low) * (place - lower)):02X}" for low, high in pairs)


def _luminance(colour: str) -> float:
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in _shares(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _shares(colour: str) -> list[float]:
    return [channel / 255 for channel in _channels(colour)]


def _channels(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return red, green, blue
