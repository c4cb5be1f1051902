"""What boards/*/qemu declare is what the kernels' configurations have."""
import pytest

from features import FEATURES, TARGETS, marks


@pytest.mark.parametrize('target', [
    pytest.param(target, id=f'{target.board} {target.name}', marks=marks(target.command))
    for target in TARGETS])
def test_declared(target):
    config = dict(line.split('=', 1) for line in (target.folder / 'config').read_text().splitlines()
                  if line.startswith('CONFIG_'))
    for name in sorted(target.features):
        row = FEATURES[name]
        for symbol in row['config'].split():
            values = [config.get(f'CONFIG_{each}', 'n') for each in symbol.split('|')]
            assert 'y' in values or 'm' in values and 'modules' in row, f'{name}: {symbol}={values}'
