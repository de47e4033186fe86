"""Compiling takes seconds, so it is announced, once."""

import numba
import pytest

from hetao.geo import compilation


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch):
    monkeypatch.setattr(compilation._Announcer, "said", False)


def test_the_first_compilation_is_told_once():
    heard = []
    with compilation.announced(lambda *stage: heard.append(stage)):
        numba.njit(lambda: 1)()
        numba.njit(lambda: 2)()
    assert heard == [("compile", 0, 1)]


def test_who_shows_no_progress_is_told_on_standard_error(capsys):
    with compilation.announced():
        numba.njit(lambda: 3)()
    assert "compiling the street search, once per machine" in capsys.readouterr().err


def test_nothing_is_said_when_nothing_compiles(capsys):
    kernel = numba.njit(lambda: 4)
    kernel()
    compilation._Announcer.said = False
    with compilation.announced():
        kernel()
    assert not capsys.readouterr().err
