from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from regulars.learn.cluster_placement import (
    UNPLACED,
    LikeliestMixture,
    NearestCentre,
    NearestMember,
    Placement,
    from_content,
    means,
)

pytestmark = pytest.mark.usefixtures("on_one_thread")

RNG = np.random.default_rng(21)
POINTS = RNG.normal(0, 2, (500, 3))
CENTRES = np.array([[0.0, 0, 0], [2, 2, 0], [-2, 0, 1]])
COVARIANCES = np.array([np.diag([1.0, 0.5, 2]), [[1, 0.4, 0], [0.4, 1, 0], [0, 0, 0.3]], np.eye(3) * 3])
WEIGHTS = np.array([0.5, 0.2, 0.3])


def _mixture() -> LikeliestMixture:
    precisions = np.linalg.inv(COVARIANCES)
    return LikeliestMixture(CENTRES, precisions, np.linalg.slogdet(COVARIANCES)[1] - 2 * np.log(WEIGHTS))


def _members() -> NearestMember:
    labels = np.r_[np.repeat([0, 1, 2], 60), np.full(20, UNPLACED)]
    return NearestMember.of_sample(POINTS[:200], labels, radius=1.0)


PLACEMENTS = [NearestCentre(CENTRES, is_refined=True), _mixture(), _members()]


def test_a_mixture_places_where_the_weighted_density_is_highest() -> None:
    densities = [
        weight * multivariate_normal(centre, covariance).pdf(POINTS)
        for weight, centre, covariance in zip(WEIGHTS, CENTRES, COVARIANCES, strict=True)
    ]
    assert np.array_equal(_mixture().place(POINTS)[0], np.argmax(densities, axis=0))


def test_a_mixture_fitted_again_to_its_own_points_stays_where_it_is() -> None:
    points = np.vstack([RNG.multivariate_normal([0, 0], np.eye(2), 4000), RNG.normal(9, 1, (4000, 2))])
    start = LikeliestMixture(np.array([[0.5, 0], [8.0, 9]]), np.array([np.eye(2)] * 2), -2 * np.log([0.5, 0.5]))
    refitted = start.fitted_to(points)
    assert refitted.centres == pytest.approx(np.array([[0, 0], [9, 9]]), abs=0.1)
    assert np.bincount(refitted.place(points)[0]).tolist() == [4000, 4000]


def test_the_nearest_member_decides_and_nobody_beyond_its_reach_is_placed() -> None:
    placement = NearestMember.of_sample(np.array([[0.0], [1.0], [9.0]]), np.array([0, 0, UNPLACED]), radius=2.0)
    labels, distances = placement.place(np.array([[0.9], [3.0], [3.1], [8.5]]))
    assert labels.tolist() == [0, 0, UNPLACED, UNPLACED]
    assert distances[:2].tolist() == pytest.approx([0.4, 2.5])
    assert np.isnan(distances[2:]).all()


def test_of_members_at_one_point_the_first_decides() -> None:
    placement = NearestMember.of_sample(np.array([[1.0], [1.0], [5.0]]), np.array([1, 0, 0]))
    assert placement.place(np.array([[1.0]]))[0].tolist() == [1]


def test_members_stay_and_their_centres_become_those_of_everyone() -> None:
    placement = NearestMember.of_sample(np.array([[0.0], [10.0]]), np.array([0, 1]))
    assert placement.fitted_to(np.array([[1.0], [3.0], [9.0]])).centres.tolist() == [[2.0], [9.0]]


@pytest.mark.parametrize("placement", PLACEMENTS, ids=lambda placement: placement.rule)
def test_a_point_is_placed_alike_alone_and_among_others(placement: Placement) -> None:
    many = np.tile(POINTS, (80, 1))
    labels, distances = placement.place(many)
    alone = [placement.place(POINTS[i : i + 1]) for i in range(0, 500, 25)]
    assert labels[:500:25].tolist() == [label[0] for label, _ in alone]
    assert np.array_equal(distances[:500:25], [distance[0] for _, distance in alone], equal_nan=True)


@pytest.mark.parametrize("placement", PLACEMENTS, ids=lambda placement: placement.rule)
def test_another_order_gives_the_same_clusters_under_other_labels(placement: Placement) -> None:
    order = np.array([2, 0, 1])
    labels, distances = placement.place(POINTS)
    new_labels, new_distances = placement.reordered(order).place(POINTS)
    assert np.array_equal(np.append(order, UNPLACED)[new_labels], labels)
    assert np.array_equal(new_distances, distances, equal_nan=True)


@pytest.mark.parametrize("placement", PLACEMENTS, ids=lambda placement: placement.rule)
def test_a_placement_survives_being_written_out(placement: Placement) -> None:
    again = from_content(placement.content())
    assert type(again) is type(placement)
    assert np.array_equal(again.place(POINTS)[0], placement.place(POINTS)[0])


def test_a_cluster_without_points_keeps_the_centre_it_had() -> None:
    labels = np.array([0, 0, UNPLACED])
    assert means(np.array([[1.0], [3.0], [99.0]]), labels, 2, otherwise=np.array([[0.0], [7.0]])).tolist() == [[2], [7]]
