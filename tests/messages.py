#!/usr/bin/python3
"""What /init can say, from its sources: `messages.py` prints FILE:LINE and the text of each piece.

A piece is a string literal of init/ that reaches the log or the console, with <> for %s, %u and %d. Pieces are

- literals in the arguments of the functions that speak, SPEAKING, also in the arms of ?:
- reasons in tables, row(EIO, "read error")
- literals of two words or more wherever else they stand: what is returned, assigned or printed into a buffer as a
  reason. Nothing but a sentence has a space between words, and what is in UNSAID.
- the words of the arrays in SAID

without those that have no letter, as "%s%s%s: %s": what fills these is a piece itself. A macro that is NAMED counts as
what it stands for.
"""
import re
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent

SPEAKING = {'say', 'refuse', 'refuse_hash', 'refuse_overlay', 'log_list', 'add', 'tell'}
# arrays of single words that are said
SAID = {'ends'}
# functions and arrays whose literals are compared with, opened or measured
UNSAID = {'str_listed', 'coldplug_each', 'sys_access', 'sizeof', 'LAYER_WORD', 'names', 'known', 'families', 'beside'}
# and one that the kernel reads
TABLE = 'use_fec_from_device'

# what messages name by a word of its own
NAMED = dict(re.findall(r'^#define (\w+_(?:NAME|PATH)) (".*")$', (TOP / 'init/plan/layer/verity.h').read_text(), re.M))

TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|\w+|[^\s\w]', re.S)
SENTENCE = re.compile(r"[A-Za-z',=<>/*.-]+:? [A-Za-z(</]")


def sources():
    """Those of /init that may speak; plan/super/ only names types."""
    init = TOP / 'init'
    return sorted([init / 'main.c', *init.glob('boot/**/*.c'), *init.glob('plan/*.c'), *init.glob('plan/layer/*.c'),
                   init / 'lib/log.c', init / 'lib/str.c'])


def tokens(text):
    """(line, token) of C, without comments and what the preprocessor obeys, but for the bodies of macros."""
    text = re.sub(r'^[ \t]*#[ \t]*(?!define)\w+.*$', '', text, flags=re.M)
    text = re.sub(r'\\\n', ' \n', text)
    return [(text.count('\n', 0, found.start()) + 1, found[0]) for found in TOKEN.finditer(text)
            if not found[0].startswith(('/*', '//'))]


def unquoted(literal):
    return literal[1:-1].replace(r'\n', '\n').replace(r'\0', '\0').replace(r'\"', '"').replace('\\\\', '\\')


def literals(text):
    """(line, names, literal): the functions called in whose arguments it stands, the innermost last, and before them
    the variable that it is assigned to."""
    found, stack, last, array = [], [], '', ''
    all_tokens = tokens(text)
    for place, (line, token) in enumerate(all_tokens):
        if token in '([{':
            stack.append(last if token == '(' else '')
        elif token in ')]}':
            if stack:
                stack.pop()
        elif token == ';':
            array = ''
        elif token == '=' and not any(stack):
            # of `static const char known[] =` and `const char *format =`
            before = [each for _, each in all_tokens[max(0, place - 12):place] if re.match(r'\w', each)]
            named = [each for each in before if not each[0].isdigit()]
            array = named[-1] if named else ''
        elif token in NAMED or token[0] == '"':
            token = NAMED.get(token, token)
            if found and found[-1][3] == place - 1:
                found[-1][2] += unquoted(token)
                found[-1][3] = place
            else:
                found.append([line, [array, *filter(None, stack)], unquoted(token), place])
        last = token if re.match(r'[A-Za-z_]', token) else ''
    return [(line, owners, literal) for line, owners, literal, _ in found]


def said(owners, literal):
    if owners[-1] in UNSAID or TABLE in literal:
        return False
    return bool({*SPEAKING, *SAID, 'row'}.intersection(owners)) or bool(SENTENCE.search(re.sub('%[sud]', '<>', literal)))


def pieces():
    """{text: (FILE:LINE, is it a row of a table?)}, in the order of the sources."""
    result = {}
    for path in sources():
        for line, owners, literal in literals(path.read_text()):
            if not said(owners, literal):
                continue
            # of two strings with a 0 between them, and without the level
            for text in literal.split('\0'):
                text = re.sub('^<3>|\n', '', re.sub('%[sud]', '<>', text)).strip()
                if re.search('[A-Za-z]', text):
                    result.setdefault(text, (f'{path.relative_to(TOP)}:{line}', owners[-1] == 'row'))
    return result


if __name__ == '__main__':
    for text, (place, _) in pieces().items():
        sys.stdout.write(f'{place}: {text}\n')
