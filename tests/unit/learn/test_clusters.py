from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from regulars.errors import InputError
from regulars.learn.clusters import Clustering, Previous, Search, find_clusters
from regulars.learn.features import RFM_FEATURES, Feature

Maker = Callable[..., pa.Table]


def _chosen(found: Clustering) -> dict[str, object]:
    return found.search.filter(found.search["is_chosen"]).to_pylist()[0]


def _names(profiles: pa.Table) -> dict[int, str]:
    return dict(zip(profiles["cluster_id"].to_pylist(), profiles["cluster_name"].to_pylist(), strict=True))


def test_planted_groups_are_found_with_the_right_k(planted: tuple[pa.Table, np.ndarray]) -> None:
    customers, truth = planted
    found = find_clusters(customers)
    assert _chosen(found)["k"] == 4
    assert adjusted_rand_score(truth, found.customers["cluster_id"].to_numpy()) > 0.99
    assert found.profiles["cluster_id"].to_pylist() == [1, 2, 3, 4]
    assert found.profiles["avg_monetary"].to_pylist() == sorted(
        found.profiles["avg_monetary"].to_pylist(), reverse=True
    )
    assert found.reason == ""


def test_every_customer_is_in_one_cluster_and_the_profiles_add_up(planted: tuple[pa.Table, np.ndarray]) -> None:
    customers, _ = planted
    found = find_clusters(customers)
    assert found.customers["customer_id"].equals(customers["customer_id"])
    assert pc.sum(found.profiles["customers"]).as_py() == customers.num_rows
    assert pc.sum(found.profiles["share"]).as_py() == pytest.approx(1)
    assert pc.sum(found.profiles["total_monetary"]).as_py() == pytest.approx(pc.sum(customers["monetary"]).as_py())
    assert found.search["k"].to_pylist() == list(range(2, 11))


def test_the_order_of_the_rows_changes_no_digit(planted: tuple[pa.Table, np.ndarray]) -> None:
    customers, _ = planted
    large = pa.concat_tables([customers] * 10).set_column(0, "customer_id", pa.array(np.arange(16_000)))
    shuffled = large.take(pa.array(np.random.default_rng(8).permutation(large.num_rows)))
    found, again = find_clusters(large), find_clusters(shuffled)
    assert found.customers.equals(again.customers)
    assert found.profiles.equals(again.profiles)
    assert found.search.equals(again.search)


def test_the_number_of_threads_changes_no_digit(planted: tuple[pa.Table, np.ndarray]) -> None:
    customers, _ = planted
    large = pa.concat_tables([customers] * 10).set_column(0, "customer_id", pa.array(np.arange(16_000)))
    with threadpool_limits(1):
        alone = find_clusters(large)
    found = find_clusters(large)
    assert found.customers.equals(alone.customers)
    assert found.profiles.equals(alone.profiles)
    assert found.search.equals(alone.search)


def test_clusters_keep_the_numbers_of_the_last_run(planted: tuple[pa.Table, np.ndarray]) -> None:
    customers, _ = planted
    first = find_clusters(customers)
    renumbered = first.profiles.set_column(0, "cluster_id", pa.array([3, 1, 4, 2], pa.int32()))
    later = find_clusters(customers.slice(0, 1300), previous=Previous(renumbered))
    assert _names(later.profiles) == _names(renumbered)
    assert later.model.names == tuple(later.profiles["cluster_name"].to_pylist())
    assert find_clusters(customers, previous=Previous(first.profiles, first.axes)).customers.equals(first.customers)


def test_online_retail_in_logs_gets_a_useful_split(online_retail: pa.Table) -> None:
    found = find_clusters(online_retail)
    shares = found.profiles["share"].to_pylist()
    assert found.customers.num_rows == 4338
    assert max(shares) <= 0.80
    assert min(shares) >= 0.01
    assert _chosen(found)["silhouette"] > 0.4
    assert found.profiles["cluster_name"].to_pylist()[0] == "Champions"


def test_online_retail_without_logs_would_get_a_useless_k_of_2_which_is_passed_over(online_retail: pa.Table) -> None:
    unlogged = tuple(Feature(feature.column, is_logged=False) for feature in RFM_FEATURES)
    found = find_clusters(online_retail, features=unlogged, limits=(0, 1))
    two = found.search.to_pylist()[0]
    assert two["silhouette"] == max(found.search["silhouette"].to_pylist())
    assert two["largest_share"] == pytest.approx(4330 / 4338)
    assert not two["is_useful"]
    assert not any(found.search["is_chosen"].to_pylist())
    assert "more than 80 %" in found.reason
    asked_for = find_clusters(online_retail, Search(k=2), features=unlogged, limits=(0, 1))
    assert asked_for.profiles["customers"].to_pylist() == [8, 4330]


def test_names_that_five_clusters_of_online_retail_would_share_are_told_apart(online_retail: pa.Table) -> None:
    names = find_clusters(online_retail, Search(k=5)).profiles["cluster_name"].to_pylist()
    assert names[:2] == ["Champions 1", "Champions 2"]
    assert len(set(names)) == 5


def test_lapsed_customers_do_not_hide_the_buyers_from_each_other(customers_of: Maker) -> None:
    rng = np.random.default_rng(11)
    recency = np.r_[rng.integers(1, 30, 60), rng.integers(200, 330, 60), np.full(880, 366)]
    frequency = np.r_[rng.integers(8, 20, 60), np.ones(60, dtype=int), np.zeros(880, dtype=int)]
    monetary = np.r_[rng.uniform(800, 2000, 60), rng.uniform(10, 40, 60), np.zeros(880)]
    found = find_clusters(customers_of(recency, frequency, monetary))
    assert found.profiles.num_rows >= 2
    assert found.profiles["cluster_name"][0].as_py() == "Champions"
    assert found.profiles["customers"][0].as_py() == 60


def test_money_of_zero_and_below_and_missing_values_are_no_obstacle(customers_of: Maker) -> None:
    rng = np.random.default_rng(12)
    monetary = [None if value > 900 else value for value in rng.uniform(-500, 1000, 200).tolist()]
    found = find_clusters(customers_of(rng.integers(1, 300, 200), rng.integers(1, 9, 200), monetary), Search(k=3))
    assert found.customers.num_rows == 200
    assert found.customers["distance"].null_count == 0
    assert np.isfinite(found.profiles["total_monetary"].to_numpy()).all()


@pytest.mark.parametrize("customers", [0, 1, 9])
def test_too_few_customers_get_empty_tables_and_a_reason(customers: int, customers_of: Maker) -> None:
    counts = list(range(1, customers + 1))
    found = find_clusters(customers_of(counts, counts, counts))
    assert (found.customers.num_rows, found.profiles.num_rows, found.search.num_rows) == (0, 0, 0)
    assert found.model is None
    assert "10 are needed. Land more orders" in found.reason


def test_many_customers_who_are_all_alike_are_too_few(customers_of: Maker) -> None:
    found = find_clusters(customers_of([5, 6] * 500, [1] * 1000, [10] * 1000))
    assert "of 1000 customers who ever bought, 2 differ" in found.reason


def test_fewer_customers_than_the_k_asked_for_get_a_reason(customers_of: Maker) -> None:
    found = find_clusters(customers_of([1, 2, 3], [1, 2, 3], [5, 6, 7]), Search(k=4))
    assert found.customers.num_rows == 0
    assert found.reason == "No clusters: 3 customers ever bought, and k is 4. Land more orders or lower k."


def test_more_clusters_than_different_customers_are_refused_with_the_largest_k_there_is(customers_of: Maker) -> None:
    customers = customers_of([5, 6, 7] * 100, [1] * 300, [10] * 300)
    with pytest.raises(InputError, match=r"only 3 different combinations .* Set `k` under \[clusters\] to 3 or less"):
        find_clusters(customers, Search(k=4))
    assert find_clusters(customers, Search(k=3)).profiles["customers"].to_pylist() == [100, 100, 100]
    with pytest.raises(InputError, match=r'only 1 different .* Set `k` under \[clusters\] to "auto"'):
        find_clusters(customers.slice(0, 1).take([0] * 20), Search(k=2))


def test_a_rare_kind_of_customer_beyond_the_sample_still_counts(customers_of: Maker) -> None:
    recency = [10] * 30_000 + [300] * 30_000 + [60] * 3
    found = find_clusters(customers_of(recency, [1] * len(recency), [10] * len(recency)), Search(k=3))
    assert sorted(found.profiles["customers"].to_pylist()) == [3, 30_000, 30_000]


ALGORITHMS_BY_NAME = ["kmeans", "gaussian_mixture", "agglomerative", "spectral", "dbscan", "hdbscan", "auto"]


@pytest.mark.parametrize("algorithm", ALGORITHMS_BY_NAME)
def test_every_algorithm_finds_planted_groups_and_its_model_places_them_alike(
    algorithm: str, planted: tuple[pa.Table, np.ndarray]
) -> None:
    customers, truth = planted
    found = find_clusters(customers, Search(algorithm=algorithm, bootstraps=2))
    placed = found.customers["cluster_id"].to_numpy() > 0
    assert found.model.assign(customers).equals(found.customers)
    assert placed.mean() > 0.85
    assert adjusted_rand_score(truth[placed], found.customers["cluster_id"].to_numpy()[placed]) > 0.8
    assert pc.sum(found.profiles["customers"]).as_py() == customers.num_rows
    assert pc.sum(found.profiles["share"]).as_py() == pytest.approx(1)
    assert _chosen(found)["stability"] > 0.8


@pytest.mark.parametrize("algorithm", ALGORITHMS_BY_NAME)
def test_of_no_algorithm_the_order_of_the_rows_changes_a_digit(
    algorithm: str, planted: tuple[pa.Table, np.ndarray]
) -> None:
    customers, _ = planted
    asked = Search(algorithm=algorithm, sample=800, quadratic_sample=400, bootstraps=1)
    shuffled = customers.take(pa.array(np.random.default_rng(8).permutation(customers.num_rows)))
    found, again = find_clusters(customers, asked), find_clusters(shuffled, asked)
    assert found.customers.equals(again.customers)
    assert found.profiles.equals(again.profiles)
    assert found.search.equals(again.search)
    assert found.axes.equals(again.axes)


@pytest.mark.slow
def test_auto_takes_the_best_silhouette_of_all_algorithms_that_leave_a_useful_split(online_retail: pa.Table) -> None:
    found = find_clusters(online_retail, Search(algorithm="auto"))
    assert set(found.search["algorithm"].to_pylist()) == set(ALGORITHMS_BY_NAME) - {"auto"}
    useful = found.search.filter(found.search["is_useful"])
    assert _chosen(found)["silhouette"] == max(useful["silhouette"].to_pylist())
    assert found.model.algorithm == _chosen(found)["algorithm"]


def test_auto_with_a_number_compares_those_that_can_be_asked_for_one(planted: tuple[pa.Table, np.ndarray]) -> None:
    found = find_clusters(planted[0], Search(algorithm="auto", k=4))
    assert found.search["algorithm"].to_pylist() == ["kmeans", "gaussian_mixture", "agglomerative", "spectral"]
    assert found.search["k"].to_pylist() == [4, 4, 4, 4]
    assert found.search["is_chosen"].to_pylist().count(True) == 1


def test_who_fits_in_no_cluster_is_said_to_be_in_none(
    planted: tuple[pa.Table, np.ndarray], customers_of: Maker
) -> None:
    strays = customers_of([1, 364, 180] * 10, list(range(30, 90, 2)), [0.01, 90_000, 3] * 10)
    strays = strays.set_column(0, "customer_id", pa.array(range(1, 31)))
    found = find_clusters(pa.concat_tables([planted[0], strays]), Search(algorithm="dbscan"))
    nobody = found.customers.filter(pc.equal(found.customers["cluster_id"], -1))
    assert set(nobody["cluster_name"].to_pylist()) == {"Not clustered"}
    assert nobody["distance"].null_count == nobody.num_rows > 0
    last = found.profiles.to_pylist()[-1]
    assert (last["cluster_id"], last["customers"]) == (-1, nobody.num_rows)
    assert found.model.names == tuple(found.profiles["cluster_name"].to_pylist()[:-1])
    again = find_clusters(planted[0], Search(algorithm="dbscan"), previous=Previous(found.profiles, found.axes))
    assert [number for number in again.profiles["cluster_id"].to_pylist() if number > 0] == list(
        range(1, len(again.model.names) + 1)
    )


def test_names_and_numbers_go_by_recency_frequency_and_monetary_whatever_the_features(
    planted: tuple[pa.Table, np.ndarray],
) -> None:
    customers, truth = planted
    age = np.where(truth % 2 == 0, 25, 70) + np.arange(len(truth)) % 5
    found = find_clusters(
        customers.append_column("age", pa.array(age)),
        Search(k=2),
        features=[Feature("age", is_logged=False)],
        scaler="minmax",
    )
    averages = found.profiles["avg_monetary"].to_pylist()
    assert averages == sorted(averages, reverse=True)
    assert set(found.axes["feature"].to_pylist()) == {"age"}
    assert adjusted_rand_score(truth % 2, found.customers["cluster_id"].to_numpy()) == 1


def test_the_coordinates_are_those_of_the_model_and_spread_along_x_most(online_retail: pa.Table) -> None:
    found = find_clusters(online_retail)
    spreads = [found.customers[axis].to_numpy().std() for axis in "xyz"]
    assert spreads == sorted(spreads, reverse=True)
    shares = dict(zip(found.axes["axis"].to_pylist(), found.axes["explained_share"].to_pylist(), strict=True))
    assert shares["x"] > 0.6
    assert sum(shares.values()) == pytest.approx(1)


@pytest.mark.parametrize("algorithm", ALGORITHMS_BY_NAME)
@pytest.mark.parametrize("customers", [0, 1, 2, 5])
def test_a_handful_of_customers_gets_no_clusters_and_the_reason_by_every_algorithm(
    algorithm: str, customers: int, customers_of: Maker
) -> None:
    counts = list(range(1, customers + 1))
    found = find_clusters(customers_of(counts, counts, counts), Search(algorithm=algorithm, bootstraps=3))
    assert found.model is None and found.customers.num_rows == 0 and found.axes.num_rows == 0
    assert found.reason.startswith(f"No clusters: of {customers} customers who ever bought, {customers} differ")


@pytest.mark.parametrize("algorithm", ALGORITHMS_BY_NAME)
def test_fifty_customers_with_one_month_of_history_get_clusters_or_the_reason(
    algorithm: str, customers_of: Maker
) -> None:
    rng = np.random.default_rng(17)
    frequency = np.r_[np.ones(30, dtype=int), rng.integers(3, 7, 20)]
    customers = customers_of(rng.integers(1, 31, 50), frequency, frequency * rng.uniform(20, 40, 50))
    found = find_clusters(customers, Search(algorithm=algorithm, bootstraps=3))
    assert (found.model is None) == bool(found.reason)
    assert found.customers.num_rows == (50 if found.model else 0)
    if algorithm not in ("dbscan", "hdbscan"):
        assert found.model is not None


@pytest.mark.parametrize("algorithm", ALGORITHMS_BY_NAME)
def test_one_time_buyers_alone_are_told_apart_by_when_and_how_much(algorithm: str, customers_of: Maker) -> None:
    rng = np.random.default_rng(18)
    customers = customers_of(rng.integers(1, 366, 400), np.ones(400, dtype=int), rng.lognormal(3.5, 1, 400))
    found = find_clusters(customers, Search(algorithm=algorithm))
    assert (found.model is None) == bool(found.reason)
    if algorithm not in ("dbscan", "hdbscan"):
        assert found.profiles.num_rows >= 2


def test_a_density_that_finds_nothing_of_use_says_which_other_way_there_is(customers_of: Maker) -> None:
    rng = np.random.default_rng(20)
    customers = customers_of(rng.integers(1, 366, 300), rng.integers(1, 99, 300), rng.uniform(1, 999, 300))
    found = find_clusters(customers, Search(algorithm="hdbscan"))
    assert found.model is None
    assert 'Set `algorithm` under [clusters] to another, such as "kmeans".' in found.reason


def test_importing_the_clusters_does_not_import_scikit_learn() -> None:
    script = "import sys, regulars.learn.clusters, regulars.learn.stage; print('sklearn' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_warming_imports_all_that_a_fit_needs() -> None:
    script = (
        "import sys\nfrom regulars.learn.clusters import warm\nwarm()\n"
        "print(all(name in sys.modules for name in ('sklearn.cluster', 'scipy.optimize', 'skops.io', 'threadpoolctl')))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
