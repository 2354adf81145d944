"""A duplicate is the same person under another customer id, and differs in something."""

from __future__ import annotations

from tests.unit.demo.asking import Ask


def test_ids_follow_the_time_of_creation(ask_clean: Ask) -> None:
    assert ask_clean("""
        select count(*) filter (created_at < before), min(customer_id)
        from (select created_at, customer_id, lag(created_at) over (order by customer_id) as before from customers)
    """) == [(0, 1001)]


def test_every_duplicate_differs_and_no_original_does(ask_dirty: Ask) -> None:
    assert ask_dirty("""
        select count(*) from identity
        where is_duplicate = (name_difference = 'same' and email_difference = 'same' and phone_difference = 'same')
    """) == [(0,)]


def test_a_persons_first_record_is_the_original(ask_dirty: Ask) -> None:
    assert ask_dirty("""
        select count(*) from (select arg_min(is_duplicate, customer_id) as is_wrong from identity group by person_id)
        where is_wrong
    """) == [(0,)]


def test_people_order_with_their_duplicates_too(ask_dirty: Ask) -> None:
    [(orders,)] = ask_dirty("select count(*) from orders join records using (customer_id) where is_duplicate")
    assert orders > 100


def test_names_are_the_persons_own_unless_said(ask_dirty: Ask) -> None:
    assert ask_dirty(r"""
        with named as (
            select lower(trim(regexp_replace(c.first_name, '[™©]', ''))) as first,
                lower(trim(regexp_replace(c.last_name, ' ?[™©]', ''))) as last,
                lower(p.first_name) as true_first, lower(p.last_name) as true_last, name_difference as kind
            from records c join people p using (person_id)
        )
        select count(*) filter (kind = 'same' and (first <> true_first or last <> true_last)),
            count(*) filter (kind = 'names swapped' and (first <> true_last or last <> true_first)),
            count(*) filter (kind = 'first name typo' and (first = true_first or last <> true_last)),
            count(*) filter (kind = 'last name typo' and (first <> true_first or last = true_last)),
            count(*) filter (kind = 'first name shortened' and first <> true_first[1] || '.')
        from named
    """) == [(0, 0, 0, 0, 0)]
