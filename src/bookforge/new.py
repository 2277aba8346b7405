"""A folder name into a small working book: a manifest with remarks and two short chapters to write over."""

import json
import re
from pathlib import Path
from typing import Final

from bookforge import textfile
from bookforge.diagnostics import Location, OutputError, error

_MANIFEST: Final = """\
# The book. Text after a # is a remark and is not printed.
# Every key is explained in the manual, docs/manifest.md.

title: {title}
# subtitle: A Memoir in Two Voices
authors: [First Author, Second Author]
language: en
revision: draft 1

# What the shop and the copyright page say.
rights: All rights reserved.
description: >-
  Two people remember the same kitchen. Replace this with two or three sentences
  that make a stranger want to read the book.

# Who tells. A chapter, or a passage in one, belongs to one of these voices.
voices:
  mara: {{name: Mara}}
  tom: {{name: Tom}}

# The reading order. A number at the start of a file name only sorts the folder. Paths in this file are written from
# this folder; pictures and links in a chapter from that chapter's file, as in ../images/house.jpg.
chapters:
  - chapters/01-the-kettle.md
  - chapters/02-the-other-chair.md

# What is made. Remove what you do not need; 'bookforge build --edition ebook' makes one of them.
editions:
  paperback: {{format: pdf, layout: paperback, trim-size: 5.5x8.5in}}
  proof: {{format: pdf, layout: proof, of: paperback}}
  ebook: {{format: epub, layout: ebook}}
  web: {{format: html, layout: web}}
"""

_FIRST: Final = """\
---
voice: mara
when: 2019-03
---

# The Kettle

We agree about the rain. It had been coming down since noon, and by four the yard was a tray of grey water with the
sky lying in it. We agree that somebody put the kettle on.^[A note is typed in its place, like this one. On paper it
goes to the foot of the page; on a screen it opens where you are.]

I say it was me. I remember the cold handle, and thinking that a person with something in her hands cannot be asked
to sit down. Tom says I never left the window.

***

Three asterisks on a line of their own make the pause above. After it, time may have passed.

What he said next he has told at many tables since, and it has become rounder each time. I wrote it down that night,
in eleven words, on the back of a seed packet. {>>AU: Is the packet still in the drawer? Copy the exact words.<<}

The question between the braces is for us, not for you: it stands in the margin of the proof and nowhere else.
"""

_SECOND: Final = """\
---
voice: tom
when: 2019-03
---

# The Other Chair

She will have told you [about the kettle](01-the-kettle.md). It is a good kettle, and I have nothing against it.

But there were two chairs in that kitchen, and the one by the stove had a short leg, so that whoever sat there rocked
a little when they lied.[^chair] I took that chair on purpose. I wanted her to see.

[^chair]: A longer note stands by itself under any name you like.

    It may run to several paragraphs when each is indented, and *italics* work in it as everywhere else.

She remembers what came then in her own way, and since this is her book as much as mine, here it is:

::: {.voice by=mara}
He did not rock. I was watching the leg of that chair the whole time, and it stood as still as a dog that has heard
its name.
:::

***

So that is what we have: one kettle, two chairs, and the rain, about which we agree.
"""

_CHAPTERS: Final = {"chapters/01-the-kettle.md": _FIRST, "chapters/02-the-other-chair.md": _SECOND}


def create(folder: Path, title: str | None = None) -> tuple[Path, ...]:
    """Make a small book in a folder and return its files; without a title the folder's name becomes one.

    Errors: folder-free when one of the files is there already; folder-writable.
    """
    texts = {"book.yaml": _MANIFEST.format(title=_quoted(title or _title_of(folder))), **_CHAPTERS}
    files = {folder / name: text for name, text in texts.items()}
    for file in files:
        if file.exists() or file.is_symlink():
            hint = "choose another folder; nothing was changed"
            raise OutputError(error("folder-free", f"there is already a {file.name} here", Location(str(file)), hint))
    made: list[Path] = []
    try:
        for file, text in files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8", newline="\n") as stream:
                made.append(file)
                stream.write(text)
    except OSError as problem:
        for file in made:
            file.unlink(missing_ok=True)
        message = f"the book cannot be made in '{folder}': {problem.strerror or 'it cannot be written'}"
        raise OutputError(error("folder-writable", message, hint="choose a folder you may write to")) from problem
    return tuple(files)


def _title_of(folder: Path) -> str:
    words = re.split(r"[\s_-]+", folder.absolute().resolve().name)
    return " ".join(word[:1].upper() + word[1:] for word in words if word)


def _quoted(title: str) -> str:
    """Return a title as a quoted YAML text; what no edition can hold is left out."""
    tidy = " ".join(textfile.UNUSABLE.sub(" ", title).split()) or "A New Book"
    return json.dumps(tidy, ensure_ascii=False)
