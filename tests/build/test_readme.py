"""The README's size table is what a build gives: bytes, not an impression of them."""
from machine import TOP, output


def test_size_table_is_current():
    readme = (TOP / 'README.md').read_text()
    stated = readme.split('<!-- sizes -->\n')[1].split('<!-- end')[0].strip().splitlines()
    built = output(TOP / 'image/table').splitlines()
    if stated[-1] == built[-1]:
        assert stated == built, 'make readme writes it anew'
    else:
        # Another compiler or kernel than the table's: bytes differ, processors and boards do not.
        assert [row.split('|')[:2] for row in stated[:-1]] == [row.split('|')[:2] for row in built[:-1]]
