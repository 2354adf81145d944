import pytest

from regulars.sources.detect import REQUIRED
from regulars.sources.expressions import check_expressions
from regulars.sources.preset import ROW_FIELDS, Preset, normalised, shipped_presets, synonyms


def test_headers_are_compared_without_case_spaces_and_punctuation() -> None:
    assert normalised(" Order-No. (EU)_") == "ordernoeu"


@pytest.mark.parametrize("name", shipped_presets())
def test_a_preset_fits_its_own_columns_and_maps_what_is_required(name: str) -> None:
    preset = shipped_presets()[name]
    signature = [column.split("|")[0] for column in preset.signature]
    assert preset.fits([column.upper() for column in signature])
    assert not preset.fits(signature[1:])
    assert set(REQUIRED[preset.entity]) <= set(preset.fields) <= {*synonyms()[preset.entity], *ROW_FIELDS}
    # With every column that such an export may have, and with none but those that it must have.
    for columns in ([*signature, *preset.optional, *_named(preset)], [*signature, *_needed(preset)]):
        fields, lacking = preset.mapped(columns)
        assert not lacking
        check_expressions(columns, fields, preset.source)
    assert set(preset.optional) <= set(_named(preset))


def _named(preset: Preset) -> list[str]:
    """The columns that a preset's expressions name."""
    return [column for column, _ in preset.mapped([])[1]] + list(preset.optional)


def _needed(preset: Preset) -> list[str]:
    return [column for column, _ in preset.mapped([column.split("|")[0] for column in preset.signature])[1]]


def test_a_presets_columns_are_those_of_the_file_whatever_their_case_and_punctuation() -> None:
    preset = shipped_presets()["online_retail"]
    columns = ["INVOICE_NO", *preset.signature[1:6], "Customer ID", "country"]
    fields, lacking = preset.mapped(columns)
    assert (fields["order_id"], fields["customer_id"], fields["country"]) == (
        '"INVOICE_NO"',
        '"Customer ID"',
        '"country"',
    )
    assert "\"INVOICE_NO\" like 'A%'" in fields["status"]
    assert lacking == []


def test_the_most_particular_preset_is_tried_first() -> None:
    lengths = [len(preset.signature) for preset in shipped_presets().values()]
    assert lengths == sorted(lengths, reverse=True)


def test_synonyms_are_written_as_they_are_compared_and_each_once() -> None:
    for entity, fields in synonyms().items():
        assert set(REQUIRED[entity]) <= set(fields)
        for headers in fields.values():
            assert [normalised(header) for header in headers] == headers
            assert len(set(headers)) == len(headers)
