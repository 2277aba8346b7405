"""The one table of roles: what a section is, in the words of EPUB and of assistive technology.

Sources: EPUB Structural Semantics Vocabulary 1.1; DPUB-ARIA 1.1; EPUB Type to ARIA Role Authoring Guide 1.1;
order of front and back matter after the Chicago Manual of Style, 1.4.
"""

import enum
from dataclasses import dataclass
from typing import Final


class Matter(enum.StrEnum):
    """The three divisions of a book."""

    FRONT = "frontmatter"
    BODY = "bodymatter"
    BACK = "backmatter"


class Role(enum.StrEnum):
    """What a section is; the value is the word in ``book.yaml``, the template's name and the CSS class."""

    HALFTITLEPAGE = "halftitlepage"
    FRONTISPIECE = "frontispiece"
    TITLEPAGE = "titlepage"
    COPYRIGHT_PAGE = "copyright-page"
    DEDICATION = "dedication"
    EPIGRAPH = "epigraph"
    CONTENTS = "contents"
    ILLUSTRATIONS = "illustrations"
    FOREWORD = "foreword"
    PREFACE = "preface"
    ACKNOWLEDGMENTS = "acknowledgments"
    INTRODUCTION = "introduction"
    PROLOGUE = "prologue"
    PART = "part"
    CHAPTER = "chapter"
    INTERLUDE = "interlude"
    EPILOGUE = "epilogue"
    CONCLUSION = "conclusion"
    AFTERWORD = "afterword"
    POSTSCRIPT = "postscript"
    TIMELINE = "timeline"
    READING_GROUP_GUIDE = "reading-group-guide"
    NOTE_ON_MEMORY = "note-on-memory"
    APPENDIX = "appendix"
    GLOSSARY = "glossary"
    BIBLIOGRAPHY = "bibliography"
    CREDITS = "credits"
    NOTES = "notes"
    INDEX = "index"
    ABOUT_THE_AUTHORS = "about-the-authors"
    COLOPHON = "colophon"


@dataclass(frozen=True, slots=True)
class Semantics:
    """What one role means outside our own vocabulary.

    ``epub_type`` and ``aria`` are ``None`` where the vocabularies have no term.
    ``numbered``: takes the next chapter or part number unless the entry says otherwise.
    ``in_contents``: listed on the contents page. ``display``: a page without folio and running head.
    ``recto``: opens on a right-hand page. ``told``: read as text from its first word on.
    """

    matter: Matter
    epub_type: str | None
    aria: str | None
    numbered: bool = False
    in_contents: bool = True
    display: bool = False
    recto: bool = True
    told: bool = False


_F, _B, _K = Matter.FRONT, Matter.BODY, Matter.BACK

SEMANTICS: Final[dict[Role, Semantics]] = {
    Role.HALFTITLEPAGE: Semantics(_F, "halftitlepage", None, in_contents=False, display=True),
    Role.FRONTISPIECE: Semantics(_F, None, None, in_contents=False, display=True, recto=False),
    Role.TITLEPAGE: Semantics(_F, "titlepage", None, in_contents=False, display=True),
    Role.COPYRIGHT_PAGE: Semantics(_F, "copyright-page", None, in_contents=False, display=True, recto=False),
    Role.DEDICATION: Semantics(_F, "dedication", "doc-dedication", in_contents=False, display=True),
    Role.EPIGRAPH: Semantics(_F, "epigraph", None, in_contents=False, display=True),
    Role.CONTENTS: Semantics(_F, "toc", "doc-toc", in_contents=False),
    Role.ILLUSTRATIONS: Semantics(_F, "loi", None),
    Role.FOREWORD: Semantics(_F, "foreword", "doc-foreword", told=True),
    Role.PREFACE: Semantics(_F, "preface", "doc-preface", told=True),
    Role.ACKNOWLEDGMENTS: Semantics(_K, "acknowledgments", "doc-acknowledgments"),
    Role.INTRODUCTION: Semantics(_F, "introduction", "doc-introduction", told=True),
    Role.PROLOGUE: Semantics(_B, "prologue", "doc-prologue", told=True),
    Role.PART: Semantics(_B, "part", "doc-part", numbered=True, display=True),
    Role.CHAPTER: Semantics(_B, "chapter", "doc-chapter", numbered=True, told=True),
    Role.INTERLUDE: Semantics(_B, "chapter", "doc-chapter", told=True),
    Role.EPILOGUE: Semantics(_B, "epilogue", "doc-epilogue", told=True),
    Role.CONCLUSION: Semantics(_B, "conclusion", "doc-conclusion", told=True),
    Role.AFTERWORD: Semantics(_K, "afterword", "doc-afterword", told=True),
    Role.POSTSCRIPT: Semantics(_K, "afterword", "doc-afterword", told=True),
    Role.TIMELINE: Semantics(_K, None, None),
    Role.READING_GROUP_GUIDE: Semantics(_K, None, None),
    Role.NOTE_ON_MEMORY: Semantics(_K, None, None),
    Role.APPENDIX: Semantics(_K, "appendix", "doc-appendix"),
    Role.GLOSSARY: Semantics(_K, "glossary", "doc-glossary"),
    Role.BIBLIOGRAPHY: Semantics(_K, "bibliography", "doc-bibliography"),
    Role.CREDITS: Semantics(_K, "credits", "doc-credits"),
    Role.NOTES: Semantics(_K, "endnotes", "doc-endnotes"),
    Role.INDEX: Semantics(_K, "index", "doc-index"),
    Role.ABOUT_THE_AUTHORS: Semantics(_K, "contributors", None),
    Role.COLOPHON: Semantics(_K, "colophon", "doc-colophon", in_contents=False, display=True, recto=False),
}

GENERATED: Final[tuple[Role, ...]] = (Role.HALFTITLEPAGE, Role.TITLEPAGE, Role.COPYRIGHT_PAGE, Role.CONTENTS)
"""Front matter made from the manifest unless an entry of that role replaces it; the colophon ends the book likewise."""


AFTER_NOTES: Final[frozenset[Role]] = frozenset(
    {Role.GLOSSARY, Role.BIBLIOGRAPHY, Role.CREDITS, Role.READING_GROUP_GUIDE, Role.INDEX, Role.ABOUT_THE_AUTHORS}
    | {Role.COLOPHON}
)
"""Back matter that stands behind the notes; source: Chicago Manual of Style, 1.4."""


def made_id(role: Role) -> str:
    """Return the id of a section that is made; chapters are called ``notes``, and ``index`` is a site's first page."""
    return f"book-{role}" if role in {Role.NOTES, Role.INDEX} else role.value


@dataclass(frozen=True, slots=True)
class PassageSemantics:
    """What a passage inside a section means: ``epub:type`` (or ``None``) and ARIA role (or ``None``)."""

    epub_type: str | None
    aria: str | None


PASSAGES: Final[dict[str, PassageSemantics]] = {
    "epigraph": PassageSemantics("epigraph", "doc-epigraph"),
    "pullquote": PassageSemantics("pullquote", "doc-pullquote"),
    "letter": PassageSemantics("z3998:letter", None),
    "verse": PassageSemantics("z3998:verse", None),
}
"""Passages by CSS class; classes that are not here carry no semantics of their own."""
