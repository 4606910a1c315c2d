"""docs/reference says what the code says; `make reference` writes it again after a change."""

import pytest
from tools import reference
from tools.schema import schema

PAGES = reference.pages()


@pytest.mark.parametrize("page", sorted(PAGES))
def test_the_page_is_what_the_code_says(page: str) -> None:
    assert (reference.HERE / page).read_text() == PAGES[page]()


def test_no_page_is_left_of_a_domain_that_is_gone() -> None:
    assert {f"domains/{file.name}" for file in (reference.HERE / "domains").glob("*.md")} <= set(PAGES)


def test_the_migrations_make_exactly_the_schema_that_is_written_down(database_url: str) -> None:
    assert (reference.HERE / "schema.sql").read_text() == schema(database_url)


def test_every_refusal_has_a_code_of_its_own() -> None:
    reference.load_everything()
    codes = [one.code for one in reference._refusals()]
    assert sorted(codes) == sorted(set(codes))


def test_every_fact_has_a_kind_of_its_own() -> None:
    reference.load_everything()
    kinds = [event.kind for event in reference.events_of_everything()]
    assert sorted(kinds) == sorted(set(kinds))
