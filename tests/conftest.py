"""Its place puts this folder on the import path: `import machine` works in every test below.

`tests/run` has a pytest process for each processor. The tests of a folder share what they build, and stay in one
process; rows that boot and share only what machine.alone() guards go to whichever is free, last.
"""
import pytest

ROWS = {'test_boot', 'test_contract', 'test_reads'}


# before xdist's own, which reads the marks
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if item.originalname not in ROWS:
            item.add_marker(pytest.mark.xdist_group(item.path.parent.name))
    items.sort(key=lambda item: item.originalname in ROWS)
