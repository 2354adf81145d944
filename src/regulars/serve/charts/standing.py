"""What charts of health draw: the customers of each band, and what their scores are made of."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.engines.base import Session
from regulars.prediction_settings import HEALTH_FACTORS
from regulars.serve.charts.basis import Ground, Missing, Words, missing, percent, read_ground
from regulars.serve.health_views import BANDS, Band, bands, has_health, scores, weights

# From best to worst, each with a contrast of 3 and more to both backgrounds; the names stand beside them always.
COLOURS = {"Excellent": "#12866A", "Good": "#4A868F", "Fair": "#8A7A10", "Poor": "#C8570B", "Critical": "#C4485A"}
FACTOR_WORDS = {
    "recency": "Recency",
    "frequency": "Frequency",
    "monetary": "Spend",
    "average_order_value": "Order value",
    "segment": "Segment",
}
STEP = 5
SCORE_AGAIN = "`regulars run ORDERS` lands orders and scores who gave them."


@dataclass(frozen=True)
class Standing:
    """The bands, best first."""

    words: Words
    conclusion: str
    ground: Ground
    bands: tuple[Band, ...]


@dataclass(frozen=True)
class Scores:
    """How many customers have which score: `steps` are pairs of a score, of five points each, and customers."""

    words: Words
    conclusion: str
    steps: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Factors:
    """What the factors earned in each band on average, and what they can earn: `most` by factor."""

    words: Words
    conclusion: str
    most: dict[str, float]
    bands: tuple[Band, ...]


def read_health(live: Session) -> Standing | Missing:
    """How many customers are in which band, and what they spent in the window."""
    title = "How the customers stand"
    if not has_health(live):
        return missing(title, "Nobody has a health score in the published warehouse.", SCORE_AGAIN)
    found, ground = tuple(bands(live)), read_ground(live)
    customers, revenue = sum(band.customers for band in found), sum(band.revenue for band in found)
    lowest = [band for band in found if BANDS[band.name] < 40]
    at_risk, theirs = sum(band.customers for band in lowest), sum(band.revenue for band in lowest)
    subtitle = f"{customers:,} customers by their score from 0 to 100; revenue of {ground.window_words}."
    share = percent(theirs / revenue) if revenue > 0 else "none"
    conclusion = (
        f"{at_risk:,} customers ({percent(at_risk / customers)}) score below 40 and are at risk; they brought {share}"
        " of the revenue of the window."
    )
    return Standing(Words(title, subtitle, f"{title}. {subtitle} {conclusion}"), conclusion, ground, found)


def read_health_scores(live: Session) -> Scores | Missing:
    """The customers by their score."""
    title = "Customers by their health score"
    if not has_health(live):
        return missing(title, "Nobody has a health score in the published warehouse.", SCORE_AGAIN)
    counted = {row["score_from"]: row["customers"] for row in scores(live).to_pylist()}
    steps = tuple((score, counted.get(score, 0)) for score in range(0, 100, STEP))
    customers = sum(n for _, n in steps)
    subtitle = "Number of customers in steps of five points; the colours are those of the bands."
    near = counted.get(40 - STEP, 0)
    conclusion = (
        f"{near:,} customers ({percent(near / customers)}) are less than five points below 40: the easiest to win back."
    )
    return Scores(Words(title, subtitle, f"{title}. {subtitle} {conclusion}"), conclusion, steps)


def read_health_factors(live: Session) -> Factors | Missing:
    """The mean points of each factor by band."""
    title = "What the scores are made of"
    if not has_health(live):
        return missing(title, "Nobody has a health score in the published warehouse.", SCORE_AGAIN)
    found, most = tuple(band for band in bands(live) if band.customers), weights(live)
    said = ", ".join(f"{FACTOR_WORDS[factor].lower()} {most[factor]:g}" for factor in HEALTH_FACTORS)
    subtitle = f"Mean points by band. At most: {said}."
    customers = sum(band.customers for band in found)
    lost = {
        factor: sum((most[factor] - band.points[place]) * band.customers for band in found) / customers
        for place, factor in enumerate(HEALTH_FACTORS)
    }
    worst = max(lost, key=lambda factor: lost[factor])
    conclusion = (
        f"Most points are lost by {FACTOR_WORDS[worst].lower()}: {lost[worst]:.1f} of {most[worst]:g} on average."
    )
    return Factors(Words(title, subtitle, f"{title}. {subtitle} {conclusion}"), conclusion, most, found)
