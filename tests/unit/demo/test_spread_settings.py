"""The settings of a spread shop are settings that Regulars takes, whichever systems have an address."""

from __future__ import annotations

import itertools
import tomllib

import pytest

from regulars.demo.spread_settings import files_of, first_line, settings_text
from regulars.demo.systems.addresses import Addresses
from regulars.settings import Settings

GIVEN = {
    "postgres": "env:SHOP_POSTGRES",
    "mongo": "mongodb://db.example.com:27017",
    "kafka": "broker.example.com:9092",
    "api": "http://127.0.0.1:8900/",
}
PLACES = {"app": "mongo", "web_shop": "sql", "tills": "rest", "site": "kafka"}
SYSTEMS = {"app": "mongo", "web_shop": "postgres", "tills": "api", "site": "kafka"}


@pytest.mark.parametrize("given", [set(c) for n in range(5) for c in itertools.combinations(GIVEN, n)], ids=sorted)
def test_each_source_is_read_from_its_system_or_from_a_file(given: set[str]) -> None:
    addresses = Addresses(**{name: GIVEN[name] for name in given})
    text = settings_text(addresses, 240, 11)
    sources = Settings.model_validate(tomllib.loads(text)).sources
    assert list(sources) == ["crm", "app", "web_shop", "tills", "site"]
    files = {path for source in sources.values() for path in source.paths}
    assert files == set(files_of(addresses))
    for name, system in SYSTEMS.items():
        assert (sources[name].feed is not None) == (system in given)
        assert (getattr(sources[name], PLACES[name]) is not None) == (system in given)
        assert (f"no --{system} was given" in text) == (system not in given)
    assert text.splitlines()[0] == first_line(240, 11)
    assert "PLACE OF" not in text


def test_addresses_stand_in_the_settings_as_they_were_given() -> None:
    addresses = Addresses(**GIVEN, kafka_options=(("sasl.password", "env:SECRET"), ("batch.num.messages", "1")))
    sources = Settings.model_validate(tomllib.loads(settings_text(addresses, 240, 11))).sources
    app, shop, tills, site = (sources[name].feed for name in ("app", "web_shop", "tills", "site"))
    assert (getattr(app, "url", ""), getattr(shop, "url", "")) == (GIVEN["mongo"], GIVEN["postgres"])
    assert getattr(tills, "url", "") == "http://127.0.0.1:8900/purchases"
    assert getattr(tills, "params", {}) == {"bought_in": "stores"}
    assert getattr(site, "options", {}) == {"sasl.password": "env:SECRET", "batch.num.messages": "1"}
