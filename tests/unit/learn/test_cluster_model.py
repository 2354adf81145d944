from __future__ import annotations

import json

import pyarrow as pa

from regulars import catalog
from regulars.learn.cluster_model import ClusterModel
from regulars.learn.clusters import find_clusters


def test_the_model_places_the_customers_it_was_fitted_to_where_the_fit_did(planted: tuple) -> None:
    customers, _ = planted
    found = find_clusters(customers)
    assert found.model.assign(customers).equals(found.customers)
    assert tuple(found.customers.column_names) == catalog.CUSTOMER_CLUSTERS.column_names


def test_a_new_customer_is_placed_without_the_others_and_a_missing_value_takes_the_median(planted: tuple) -> None:
    model = find_clusters(planted[0]).model
    new = pa.table(
        {"customer_id": [1, 2], "recency": [7, None], "frequency": [25, None], "monetary": [5000.0, None]},
    )
    champion, unknown = model.assign(new).to_pylist()
    assert champion["cluster_id"] == 1
    assert champion["cluster_name"] == "Champions"
    assert unknown["cluster_id"] in range(1, 5)


def test_a_model_is_the_same_after_being_written_out_and_its_description_is_json(planted: tuple) -> None:
    customers, _ = planted
    model = find_clusters(customers).model
    assert ClusterModel.from_content(model.content()).assign(customers).equals(model.assign(customers))
    description = json.loads(json.dumps(model.description()))
    assert description["k"] == 4
    assert [feature["column"] for feature in description["features"]] == ["recency", "frequency", "monetary"]
