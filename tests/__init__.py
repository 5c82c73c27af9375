import pytest

# Helpers that assert; pytest explains a failed assertion only where it was told to.
pytest.register_assert_rewrite("tests.contract", "tests.contract_writes", "tests.wire")
