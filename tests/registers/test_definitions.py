"""What every register's description must keep to."""

import pytest

from hetao.registers.definition import registers
from hetao.registers.sources.mapping import plain


@pytest.mark.parametrize("register", registers().values(), ids=lambda register: register.id)
def test_no_value_reads_as_nothing(register):
    words = {word for field in register.fields for pair in field.values.items() for word in pair}
    assert all(plain(word) is not None for word in words)


@pytest.mark.parametrize("register", registers().values(), ids=lambda register: register.id)
def test_titles_are_told_apart_and_references_lead_somewhere(register):
    titles = [field.title_zh for field in register.fields]
    assert len(set(titles)) == len(titles)
    assert all(not f.refers_to or f.refers_to in registers() for f in register.fields)
    assert set(register.key) <= {field.name for field in register.fields}
