"""A flattened device tree (devicetree-specification, chapter 5) with further nodes.

    with_nodes(blob, [('name', b'compatible')])    all below the root
"""
import struct

BEGIN, END, PROPERTY = (struct.pack('>I', token) for token in (1, 2, 3))


def padded(data):
    return data + bytes(-len(data) % 4)


def with_nodes(blob, nodes):
    header = list(struct.unpack('>10I', blob[:40]))
    _, _, tree, strings, reserved, _, _, _, strings_size, tree_size = header
    names = blob[strings:strings + strings_size] + b'compatible\0'
    body = blob[tree:tree + tree_size]
    # its last two tokens end the root and the tree
    body, last = body[:-8], body[-8:]
    for name, compatible in nodes:
        value = compatible + b'\0'
        body += BEGIN + padded(name + b'\0')
        body += PROPERTY + struct.pack('>II', len(value), strings_size)
        body += padded(value) + END
    body += last
    kept = blob[reserved:reserved + 16]
    assert not any(kept), 'memory is reserved in it'
    header[1] = 56 + len(body) + len(names)
    header[2:5] = 56, 56 + len(body), 40
    header[8:10] = len(names), len(body)
    return struct.pack('>10I', *header) + kept + body + names
