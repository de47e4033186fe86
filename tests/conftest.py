"""What every test may ask for."""

from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real open data that lies beside the checkout."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the folder shared/data does not lie beside the checkout")
    return SHARED_DATA
