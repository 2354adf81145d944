"""The frame of still charts: one figure of matplotlib with its words, as PNG or SVG bytes that depend on nothing else.

matplotlib keeps its settings for the whole process, so figures are drawn one at a time; no window system and no pyplot
is involved, and text is drawn as it is, without formulas between dollar signs.
"""

from __future__ import annotations

import io
import textwrap
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from regulars.errors import InputError
from regulars.serve.charts.basis import Missing, Words
from regulars.serve.charts.theme import Theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MARKERS = {
    "circle": "o",
    "square": "s",
    "diamond": "D",
    "triangle-up": "^",
    "cross": "P",
    "triangle-down": "v",
    "pentagon": "p",
    "x": "X",
}
DOTS_PER_INCH = 144
_ONE_AT_A_TIME = threading.Lock()
_SETTINGS: dict[str, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 10,
    "text.parse_math": False,
    "svg.hashsalt": "regulars",
    "svg.fonttype": "path",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
}


def drawn(
    words: Words,
    theme: Theme,
    draw: Callable[[Figure], None],
    *,
    size: tuple[float, float] = (9.0, 5.4),
    kind: str = "png",
    titled: bool = True,
) -> bytes:
    """The image of what `draw` puts on an empty figure.

    Args:
        words: Title and subtitle, left out unless `titled`, when a page has them as text.
        theme: Its colours.
        draw: Makes axes and fills them.
        size: In inches.
        kind: png or svg.
        titled: Whether the words are part of the image.

    Raises:
        InputError: matplotlib is not installed.
    """
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError:
        raise InputError(
            "Charts as images need matplotlib, which is not installed. Install it: pip install 'regulars[report]'."
        ) from None
    # Whatever the process has set is put aside, and put back at the end.
    settings: dict[Any, Any] = {**dict(mpl.rcParamsDefault), **_SETTINGS, **_colours(theme)}
    with _ONE_AT_A_TIME, mpl.rc_context(settings):
        width, height = size
        subtitle = textwrap.wrap(words.subtitle, int(width * 13)) if titled else []
        title = textwrap.wrap(words.title, int(width * 8.2)) if titled else []
        above = (0.26 * len(title) + 0.19 * len(subtitle) + 0.18) if titled else 0.0
        figure = Figure(figsize=(width, height + above), facecolor=theme.background, layout="constrained")
        draw(figure)
        engine = figure.get_layout_engine()
        if engine is not None:
            engine.set(rect=(0.0, 0.0, 1.0, height / (height + above)))  # type: ignore[call-arg]
        _write_words(figure, title, subtitle, height + above, theme)
        target = io.BytesIO()
        # Without a date and the version of matplotlib: the same numbers give the same bytes.
        nothing = {"Software": None} if kind == "png" else {"Date": None, "Creator": None, "Format": None, "Type": None}
        figure.savefig(target, format=kind, dpi=DOTS_PER_INCH, metadata=nothing)
    return target.getvalue()


def draw_gap(gap: Missing, theme: Theme) -> Callable[[Figure], None]:
    """What draws a figure that says why there is nothing in it, and which command helps."""

    def draw(figure: Figure) -> None:
        said = "\n".join(line for text in (gap.reason, gap.repair) for line in textwrap.wrap(text, 60))
        figure.text(0.5, 0.42, said, ha="center", va="center", color=theme.text, fontsize=12, linespacing=1.6)

    return draw


def plain_axes(figure: Figure, theme: Theme, grid: str = "both") -> Axes:
    """Axes with a faint grid; `grid` is x, y, both or none."""
    axes = figure.add_subplot()
    style(axes, theme, grid)
    return axes


def style(axes: Axes, theme: Theme, grid: str = "both") -> None:
    """Gives axes the theme's grid and edges."""
    if grid != "none":
        axes.grid(visible=True, axis=grid, color=theme.grid, linewidth=0.7)  # type: ignore[arg-type]
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_color(theme.grid)


def plain_log(axes: Axes, across: bool, up: bool) -> None:
    """Log axes whose ticks are numbers that people read: 1, 10, 1,000."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    for is_log, scale, axis in ((across, axes.set_xscale, axes.xaxis), (up, axes.set_yscale, axes.yaxis)):
        if is_log:
            scale("log")
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}" if value >= 1 else f"{value:g}"))
            axis.set_minor_formatter(NullFormatter())


def _write_words(figure: Figure, title: list[str], subtitle: list[str], height: float, theme: Theme) -> None:
    down = 0.14
    for line in title:
        figure.text(0.012, 1 - down / height, line, fontsize=13, fontweight="bold", va="top", color=theme.text)
        down += 0.26
    for line in subtitle:
        figure.text(0.012, 1 - down / height, line, fontsize=9.5, va="top", color=theme.text_soft)
        down += 0.19


def _colours(theme: Theme) -> dict[str, Any]:
    return {
        "text.color": theme.text,
        "axes.labelcolor": theme.text,
        "axes.facecolor": theme.background,
        "xtick.color": theme.text_soft,
        "ytick.color": theme.text_soft,
        "legend.frameon": False,
    }
