"""How the dashboard looks: Streamlit's two themes in the colours of our charts, so that page and chart are one."""

from __future__ import annotations

from typing import Any

from regulars.serve.charts.theme import DARK, LIGHT, Theme

_PANEL = {"light": "#F4F6F9", "dark": "#1D2229"}
_LINK = {"light": "#1F5FA8", "dark": "#8FC0F0"}
# What is chosen has words of this colour on a ground that is tinged with it.
_PRIMARY = {"light": "#1F5FA8", "dark": "#6AA6EE"}


def theme_options() -> dict[str, Any]:
    """Streamlit's options for the light theme and the dark one; a browser takes the one its user prefers."""
    options: dict[str, Any] = {
        "theme.baseFontSize": 15,
        "theme.headingFontSizes": ["1.9rem", "1.3rem", "1.1rem", "1rem", "0.95rem", "0.9rem"],
        "theme.showWidgetBorder": True,
        "theme.showSidebarBorder": True,
        "theme.metricValueFontSize": "1.6rem",
        "theme.linkUnderline": True,
    }
    for theme in (LIGHT, DARK):
        options.update({f"theme.{theme.name}.{name}": value for name, value in _colours(theme).items()})
    return options


def _colours(theme: Theme) -> dict[str, Any]:
    return {
        "primaryColor": _PRIMARY[theme.name],
        "backgroundColor": theme.background,
        "secondaryBackgroundColor": _PANEL[theme.name],
        "textColor": theme.text,
        "linkColor": _LINK[theme.name],
        "borderColor": theme.grid,
        "grayTextColor": theme.text_soft,
    }
