"""WeasyPrint's styles of a document's elements, the same with less work.

Elements that match the same rules below the same parent have one style, though each has an id of its own, from document
to document as long as the fonts and the stylesheets of those rules are the same; and a style that nobody asks for, such
as the note mark of what is no note, is not made. Only :mod:`.faster` may import this.

Of WeasyPrint 70.0 it uses ``css.StyleFor``, in whose place it stands; ``css.ComputedStyle`` and ``css.InitialStyle``,
which work the properties out; ``css.find_style_attributes`` and ``css.validation.preprocess_declarations``, which read
attributes; ``css.declaration_precedence``, which weighs declarations; and the rules in the matcher of a stylesheet,
which is cssselect2's ``Matcher``.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any, Final

from weasyprint.css import ComputedStyle, InitialStyle, StyleFor, declaration_precedence, find_style_attributes
from weasyprint.css.validation import preprocess_declarations

_ANCHOR: Final = "anchor"
_SVG: Final = "{http://www.w3.org/2000/svg}svg"
_HINT: Final = (0, 0, 0)
"""The specificity of what is said by attributes that are no styles."""

_KEPT: Final = 4_000
"""Families that are kept for further documents."""

_CHANGED: Final = frozenset({"html", "body"})
"""What the engine changes styles of."""

Rule = tuple[int, tuple[int, ...], int, str | None, Any]
"""A rule that an element matches: the place of its sheet, its specificity, its order there, the pseudo-element it is
for, and what it declares."""

Cascade = dict[str, tuple[Any, tuple[Any, ...]]]
"""The value that won, of each property, with its weight."""


@dataclass(frozen=True, slots=True)
class _Family:
    """What elements have in common that differ by their ids alone: cascades by pseudo-element, and the style."""

    cascades: Mapping[str | None, Cascade]
    style: Any
    kept: bool


@dataclass(frozen=True, slots=True)
class _Store:
    """What documents with the same fonts share: families, and the stylesheets that their keys name.

    ``sizes`` are those of a document's pages, once they are known.
    """

    families: dict[Any, _Family] = field(default_factory=dict)
    sheets: dict[int, Any] = field(default_factory=dict)
    sizes: dict[str, Any] = field(default_factory=dict)


def _store(font_config: Any) -> _Store:
    own = vars(font_config)
    if "_styles" not in own or len(own["_styles"].families) > _KEPT:
        own["_styles"] = _Store()
    found: _Store = own["_styles"]
    found.sizes.update(box=None, area=None)
    return found


class Styles(StyleFor):  # type: ignore[misc]
    """Gives the style of an element of a document, or of one of its pseudo-elements."""

    def __init__(
        self, html: Any, sheets: list[Any], presentational_hints: bool, font_config: Any, target_collector: Any
    ) -> None:
        self._cascaded_styles: dict[Any, Cascade] = {}  # of pages: the engine fills it
        self._computed_styles: dict[Any, Any] = {}
        self._sheets = sheets
        self.font_config = font_config
        self._store = _store(font_config)
        self.initial_page_sizes = self._store.sizes
        self._base = html.base_url
        self._hints = presentational_hints
        self._collector = target_collector
        self._families: dict[Any, _Family] = {}
        self._known: dict[Any, _Family] = {}
        self._rules = _Rules(sheets)
        self._names = [id(sheet) for sheet, _, _ in sheets]
        self._singled = [hasattr(sheet, "singles_out") for sheet, _, _ in sheets]
        self._lasting = [origin == "user agent" or hasattr(sheet, "lasts") for sheet, origin, _ in sheets]
        self._attributes = _Attributes(html, presentational_hints)
        self._root = html.etree_element
        for element in html.wrapper_element.iter_subtree():
            self._add(element.etree_element, element.parent, self._rules.match(element))

    def _add(self, node: Any, parent: Any, matched: list[Rule]) -> None:
        """Give an element its style: that of its family, but for its id."""
        above = None if parent is None else self._families[parent.etree_element].style
        kept = (parent is None or self._families[parent.etree_element].kept) and self._is_kept(matched)
        known = self._store.families if kept else self._known
        key = (id(above), self._attributes.look(node), *map(self._name, matched))
        family = known.get(key)
        if family is None:
            cascades = self._rules.cascades(matched, self._attributes.cascade(node))
            family = known[key] = _Family(cascades, self._style(above, cascades[None], None), kept)
        self._families[node] = family
        anchor = self._attributes.anchors.get(node)
        style = family.style if anchor is None else _anchored(family.style, anchor)
        if kept and node.tag in _CHANGED:
            style = style.copy()
        self._computed_styles[node, None] = style
        self._collect(style)
        for pseudo, cascade in family.cascades.items():
            if pseudo is not None and _ANCHOR in cascade:
                self._collect(self._pseudo(node, pseudo, cascade))

    def _name(self, rule: Rule) -> Any:
        """Return what tells a rule from others; one for a single element goes by what it declares."""
        place, specificity, order, pseudo, (declarations, _) = rule
        if self._singled[place]:
            return pseudo, specificity, tuple(declarations)
        return self._names[place], order

    def _is_kept(self, matched: list[Rule]) -> bool:
        """Whether a style that some rules make is kept: their sheets then are, too."""
        if self._hints or not all(self._lasting[place] or self._singled[place] for place, *_ in matched):
            return False
        self._store.sheets.update(
            (self._names[place], self._sheets[place][0]) for place, *_ in matched if self._lasting[place]
        )
        return True

    def _style(self, parent: Any, cascade: Cascade, pseudo: str | None) -> Any:
        root = InitialStyle(self.font_config) if parent is None else self._families[self._root].style
        return ComputedStyle(parent, cascade, pseudo, root, self._base, self.font_config, self.initial_page_sizes)

    def _pseudo(self, node: Any, pseudo: str, cascade: Cascade) -> Any:
        style = self._style(self._computed_styles[node, None], cascade, pseudo)
        self._computed_styles[node, pseudo] = style
        return style

    def _collect(self, style: Any) -> None:
        if self._collector and _ANCHOR in style.cascaded and style[_ANCHOR]:
            self._collector.collect_anchor(style[_ANCHOR])

    def __call__(self, node: Any, pseudo: str | None = None) -> Any:
        """Return a style; that of a pseudo-element is made when it is first asked for."""
        if pseudo is not None and (node, pseudo) not in self._computed_styles and node in self._families:
            cascade = self._families[node].cascades.get(pseudo)
            if cascade:
                self._pseudo(node, pseudo, cascade)
        return super().__call__(node, pseudo)


class _Anchored(ComputedStyle):  # type: ignore[misc]
    """A style that is another one's but for its anchor."""

    def __missing__(self, key: str) -> Any:
        if key == _ANCHOR:
            return super().__missing__(key)
        value = self[key] = self.others[key]
        return value


def _anchored(style: Any, anchor: tuple[Any, tuple[Any, ...]]) -> Any:
    """Return a style with an anchor, unless one that weighs as much is there."""
    known = style.cascaded.get(_ANCHOR)
    if known is not None and known[1] >= anchor[1]:
        return style
    cascade = {**style.cascaded, _ANCHOR: anchor}
    made = _Anchored(
        style.parent_style, cascade, None, style.root_style, style.base_url, style.font_config,
        style.initial_page_sizes,
    )  # fmt: skip
    made.others, made.specified, made.cache = style, style.specified, style.cache
    return made


class _Attributes:
    """What attributes say of the style of elements: ``style``, ``lang``, the size of a drawing, and ids.

    ``anchors`` are those the ids make, by element.
    """

    def __init__(self, html: Any, hints: bool) -> None:
        self._said: defaultdict[Any, list[tuple[tuple[int, ...], Any, str]]] = defaultdict(list)
        self._hints = hints
        self.anchors: dict[Any, tuple[Any, tuple[Any, ...]]] = {}
        for specificity, node, declarations, base in find_style_attributes(html.etree_element, hints, html.base_url):
            if specificity == _HINT and [getattr(each, "name", "") for each in declarations] == ["-weasy-anchor"]:
                cascade: Cascade = {}
                _declare(cascade, preprocess_declarations(base, declarations), "author", inf, specificity)
                self.anchors |= {node: cascade[_ANCHOR]} if cascade else {}
            else:
                self._said[node].append((specificity, declarations, base))

    def look(self, node: Any) -> Any:
        """Return what decides about all that is said of an element, but for its anchor."""
        if node not in self._said:
            return None
        if self._hints:
            return node
        size = (node.get("width"), node.get("height")) if node.tag == _SVG else ()
        return (node.get("style"), node.get("lang"), *size)

    def cascade(self, node: Any) -> Cascade:
        """Return what is said of an element, but for its anchor."""
        cascade: Cascade = {}
        for specificity, declarations, base in self._said.get(node, ()):
            _declare(cascade, preprocess_declarations(base, declarations), "author", inf, specificity)
        return cascade


def _declare(
    cascade: Cascade, declared: Iterable[tuple[str, Any, bool]], origin: str, layer: float, specificity: Any
) -> None:
    """Add what weighs at least as much as what is there."""
    for name, values, importance in declared:
        weight = (declaration_precedence(origin, importance), layer, specificity)
        if name not in cascade or cascade[name][1] <= weight:
            cascade[name] = values, weight


class _Rules:
    """The rules of several stylesheets, asked all at once."""

    def __init__(self, sheets: list[Any]) -> None:
        self._sheets = sheets
        self._ids: defaultdict[str, list[Any]] = defaultdict(list)
        self._classes: defaultdict[str, list[Any]] = defaultdict(list)
        self._names: defaultdict[str, list[Any]] = defaultdict(list)
        self._namespaces: defaultdict[str, list[Any]] = defaultdict(list)
        self._languages: list[Any] = []
        self._others: list[Any] = []
        for place, (sheet, _, _) in enumerate(sheets):
            matcher = sheet.matcher
            for ours, theirs in (
                (self._ids, matcher.id_selectors),
                (self._classes, matcher.class_selectors),
                (self._names, matcher.lower_local_name_selectors),
                (self._namespaces, matcher.namespace_selectors),
            ):
                for name, rules in theirs.items():
                    ours[name] += _placed(rules, place)
            self._languages += _placed(matcher.lang_attr_selectors, place)
            self._others += _placed(matcher.other_selectors, place)

    def match(self, element: Any) -> list[Rule]:
        """Return the rules for an element, in the order in which they hold."""
        found = [rule for rules in self._asked(element) for test, rule in rules if test(element)]
        found.sort()
        return found

    def _asked(self, element: Any) -> Iterator[list[tuple[Any, Rule]]]:
        """Yield those rules that may be for an element."""
        if element.id is not None:
            yield self._ids.get(element.id, [])
        for name in element.classes:
            yield self._classes.get(name, [])
        yield self._names.get(element.local_name.lower(), [])
        yield self._namespaces.get(element.namespace_url, [])
        if "lang" in element.etree_element.attrib:
            yield self._languages
        yield self._others

    def cascades(self, matched: list[Rule], said: Cascade) -> dict[str | None, Cascade]:
        """Return what wins of rules, and of what attributes say, by pseudo-element."""
        cascades: dict[str | None, Cascade] = {None: said}
        for place, own, _, pseudo, (declarations, layer) in matched:
            sheet, origin, specificity = self._sheets[place]
            order = inf if layer is None else sheet.layers.index(layer)
            _declare(cascades.setdefault(pseudo, {}), declarations, origin, order, specificity or own)
        return cascades


def _placed(rules: Iterable[Any], place: int) -> list[tuple[Any, Rule]]:
    """Name the sheet of rules; each comes with what tests whether an element matches."""
    return [(test, (place, specificity, order, pseudo, payload)) for test, specificity, order, pseudo, payload in rules]
