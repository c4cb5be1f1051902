"""The reference: libblkid, which is blkid -p, without a process for each question."""
import ctypes
from collections import namedtuple

NOTHING, AMBIVALENT = 1, -2
ENTRY_DETAILS = 1 << 2

# bytes, or None when there is none; `type` is AMBIVALENT when several fit
Found = namedtuple('Found', 'type uuid label table partitions')
Partition = namedtuple('Partition', 'number start size uuid label kind')

lib = ctypes.CDLL('libblkid.so.1')
pointer, number, text = ctypes.c_void_p, ctypes.c_int64, ctypes.c_char_p
for name, result, arguments in [
        ('blkid_new_probe', pointer, []),
        ('blkid_free_probe', None, [pointer]),
        ('blkid_probe_set_device', ctypes.c_int, [pointer, ctypes.c_int, number, number]),
        ('blkid_probe_set_sectorsize', ctypes.c_int, [pointer, ctypes.c_uint]),
        ('blkid_probe_enable_partitions', ctypes.c_int, [pointer, ctypes.c_int]),
        ('blkid_probe_set_partitions_flags', ctypes.c_int, [pointer, ctypes.c_int]),
        ('blkid_do_safeprobe', ctypes.c_int, [pointer]),
        ('blkid_probe_lookup_value', ctypes.c_int,
         [pointer, text, ctypes.POINTER(pointer), ctypes.POINTER(ctypes.c_size_t)]),
        ('blkid_probe_get_partitions', pointer, [pointer]),
        ('blkid_partlist_numof_partitions', ctypes.c_int, [pointer]),
        ('blkid_partlist_get_partition', pointer, [pointer, ctypes.c_int]),
        ('blkid_partition_get_partno', ctypes.c_int, [pointer]),
        ('blkid_partition_get_start', number, [pointer]),
        ('blkid_partition_get_size', number, [pointer]),
        ('blkid_partition_get_uuid', text, [pointer]),
        ('blkid_partition_get_name', text, [pointer]),
        ('blkid_partition_get_type', ctypes.c_int, [pointer])]:
    function = getattr(lib, name)
    function.restype, function.argtypes = result, arguments


def probe(file, offset=0, size=0, sector=512, partitions=True):
    """What it finds in an open file, or in a part of it."""
    handle = lib.blkid_new_probe()
    try:
        if lib.blkid_probe_set_device(handle, file.fileno(), offset, size):
            return Found(None, None, None, None, [])
        lib.blkid_probe_set_sectorsize(handle, sector)
        lib.blkid_probe_enable_partitions(handle, partitions)
        lib.blkid_probe_set_partitions_flags(handle, ENTRY_DETAILS)
        status = lib.blkid_do_safeprobe(handle)
        if status == AMBIVALENT:
            return Found(AMBIVALENT, None, None, None, [])
        return Found(value(handle, b'TYPE'), value(handle, b'UUID'), value(handle, b'LABEL'),
                     value(handle, b'PTTYPE'), listed(handle) if partitions else [])
    finally:
        lib.blkid_free_probe(handle)


def value(handle, name):
    data, size = pointer(), ctypes.c_size_t()
    if lib.blkid_probe_lookup_value(handle, name, data, size):
        return None
    return ctypes.string_at(data.value, size.value).partition(b'\0')[0] or None


def listed(handle):
    whole = lib.blkid_probe_get_partitions(handle)
    if not whole:
        return []
    parts = [lib.blkid_partlist_get_partition(whole, i)
             for i in range(lib.blkid_partlist_numof_partitions(whole))]
    return [Partition(*(getattr(lib, f'blkid_partition_get_{field}')(part)
                        for field in ('partno', 'start', 'size', 'uuid', 'name', 'type')))
            for part in parts]
