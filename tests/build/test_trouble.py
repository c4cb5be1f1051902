"""docs/trouble.md has an entry for whatever /init can say, and none that it does not say.

tests/messages.py takes the pieces of messages from the C sources. An entry is an item that begins with one or more
messages in backquotes: "- `MESSAGE`, `MESSAGE`: TEXT", with <name> for what differs.

- A piece has an entry when it stands in one of the messages, with anything for each <>; a reason of a table when it is
  one by itself.
- A message is one of kindling's when nothing is left of it without the pieces, what is between < and >, and names
  that a value belongs to.
"""
import re

import pytest

import messages
from builds import built, every_option
from machine import TOP, output

PAGE = (TOP / 'docs/trouble.md').read_text()
SPAN = r'(?:``.+?``|`[^`]+`)'
PIECES = messages.pieces()


def entries(page):
    """The messages of each item that begins with some."""
    items = re.findall(rf'^- ({SPAN}(?:,\s+{SPAN})*):\s', page, re.M)
    return [message.strip('` ') for item in items for message in re.findall(SPAN, item)]


def pattern(piece):
    """With anything for each <>, and no part of another word."""
    text = '.*?'.join(re.escape(part) for part in piece.split('<>'))
    return re.compile((r'(?<![\w-])' if piece[0].isalnum() else '') + text + (r'(?![\w-])' if piece[-1].isalnum() else ''))


def without_entry(pieces, page):
    said = entries(page)
    return [f'{place}: {piece}' for piece, (place, whole) in pieces.items()
            if not (piece in said if whole else any(map(pattern(piece).search, said)))]


def without_message(pieces, page):
    parts = {part.strip(' :;,') for piece in pieces for part in piece.split('<>')}
    parts = sorted((part for part in parts if re.search('[A-Za-z]', part)), key=len, reverse=True)
    any_part = re.compile(r'(?<![\w-])(?:' + '|'.join(map(re.escape, parts)) + r')(?![\w-])')

    def rest(message):
        message = re.sub(r'[\w.]+=(?=<)', '', message)
        return re.sub('<[^>]+>', '', any_part.sub('', message))
    return [message for message in entries(page) if re.search('[A-Za-z]', rest(message))]


def test_every_message_has_an_entry():
    assert without_entry(PIECES, PAGE) == []


def test_every_entry_has_a_message():
    assert without_message(PIECES, PAGE) == []


def test_no_entry_twice():
    found = entries(PAGE)
    assert sorted(found) == sorted(set(found)) and len(found) > 150


# ---- these tests themselves ------------------------------------------------------------------------

@pytest.mark.parametrize('item', ['- `no root= on the command line`: ', '- `read error`: ',
                                  '- `seen: no driver for <modalias>`: ', '- `root=<value>: not /dev/NAME`: '])
def test_an_entry_that_is_gone_is_missed(item):
    assert item in PAGE
    assert len(set(without_entry(PIECES, PAGE.replace(item, '- it: '))) - set(without_entry(PIECES, PAGE))) == 1


@pytest.mark.parametrize('message', ['no root= on this command line', 'root=<value>: no such thing',
                                     'read error of the disk'])
def test_an_entry_too_many_is_found(message):
    assert without_message(PIECES, f'- `{message}`: text\n') == [message]


@pytest.mark.parametrize('code, found', [
    # both arms, and what is filled in
    ('refuse(b, x ? "%s: gone" : "%s: is late", y ? "a" : str_error(err));', ['%s: gone', '%s: is late', 'a']),
    ('say(LOG_ERR, "cut " /* here */ "in two");', ['cut in two']),
    ('say(LOG_INFO, "version " VERSION);', ['version ']),
    ('row(EIO, "odd")', ['odd']),
    ('const char *why = "a reason";', ['a reason']),
    ('return c ? "one reason" : "another one";', ['one reason', 'another one']),
    # no messages
    ('if (str_listed("yes no", c)) open("/dev/null");', []),
    ('static const char known[] = "one two" " three";', []),
    ('#include "a file.h"\n/* say("no more") */', []),
    ('char text[sizeof("the longest one")];', []),
])
def test_what_is_taken_from_the_sources(code, found):
    assert [text for _, owners, text in messages.literals(code) if messages.said(owners, text)] == found


# ---- the other way round: from the program -----------------------------------------------------------

# A line of the image's own would be the only one that it reads; each of these lets it say more.
CONFIG = every_option('y').replace('CONFIG_CMDLINE_OVERRIDE=y\n', '') + \
    'CONFIG_CMDLINE_LOCK="rd.shell"\nCONFIG_WAIT_FOR="/dev/watchdog"\nCONFIG_LOOP_HOLDER="/mnt"\n'
# what it has besides: words to compare with, and what the kernel reads
BESIDES = """\
 boot overlayroot\\*.*| root rootfstype.*|rootfstype rootflags rootfallback|rd\\.\\w+ rd\\.\\w+
0 n no off f false none .*|1 yes on tmpfs|find mount check switch|reboot poweroff halt panic shell
acpi cpu hid serio|verityhash systemd.verity_root_hash|restart-on-corruption panic-on-corruption .*
 root_hash_sig_key_desc .*| use_fec_from_device .*|EFI PART.*""".replace('\n', '|')


@pytest.mark.long
def test_the_program_says_nothing_else():
    """Its own strings, with everything built in: a message that no rule of messages.py takes is one of them."""
    texts = output('strings', '-n', '6', built('qemu-x86_64', CONFIG).out / 'init/init').split('\n')
    known, others = '\n'.join(PIECES), []
    for text in (re.sub('%[sud]', '<>', text) for text in texts):
        # a number of a table's row may look like a letter before it
        is_known = text.strip() in known or text[1:].strip() in known
        if re.search('[A-Za-z]{2} [A-Za-z]', text) and not is_known and not re.fullmatch(BESIDES, text):
            others.append(text)
    assert others == []
