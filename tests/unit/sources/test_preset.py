import pytest

from regulars.sources.detect import REQUIRED
from regulars.sources.expressions import check_expressions
from regulars.sources.preset import normalised, shipped_presets, synonyms


def test_headers_are_compared_without_case_spaces_and_punctuation() -> None:
    assert normalised(" Order-No. (EU)_") == "ordernoeu"


@pytest.mark.parametrize("name", shipped_presets())
def test_a_preset_fits_its_own_columns_and_maps_what_is_required(name: str) -> None:
    preset = shipped_presets()[name]
    assert preset.fits([column.upper() for column in preset.signature])
    assert not preset.fits(preset.signature[1:])
    assert set(REQUIRED[preset.entity]) <= set(preset.fields) <= set(synonyms()[preset.entity])
    check_expressions(preset.signature, preset.fields, preset.source)


def test_the_most_particular_preset_is_tried_first() -> None:
    lengths = [len(preset.signature) for preset in shipped_presets().values()]
    assert lengths == sorted(lengths, reverse=True)


def test_synonyms_are_written_as_they_are_compared_and_each_once() -> None:
    for entity, fields in synonyms().items():
        assert set(REQUIRED[entity]) <= set(fields)
        for headers in fields.values():
            assert [normalised(header) for header in headers] == headers
            assert len(set(headers)) == len(headers)
