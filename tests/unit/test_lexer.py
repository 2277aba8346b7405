"""Our own reading of Markdown: which characters are words of the book, where, and what was taken out."""

import time

import pytest

from bookforge.markdown.lexer import Lexed, lex


def flow(text: str) -> str:
    return " ".join(word.text for word in lex(text).flow.words())


def notes(text: str) -> list[str]:
    return [" ".join(word.text for word in note.stream.words()) for note in lex(text).notes]


def removed(text: str, kind: str) -> list[str]:
    return [text[each.start : each.end] for each in lex(text).removals if each.kind == kind]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("un*believ*able **b**old _em_ snake_case 2*3", "unbelievable bold em snake case 2 3"),
        (r"\*lit\*eral a\_b", "lit eral a b"),
        ("~~gone~~ H~2~O x^2^ a~b c", "gone H2O x2 a b c"),
        ("caf&eacute; &#233;t&#xe9; AT&T &nope;", "café été AT T nope"),
        ("`co*de` ``a`b`` `x`{.py}", "co de a b x"),
        ("`no`{=latex} `<b>yes</b>`{=html}", "yes"),
        ("a<b>b</b>c <br> d<br>e <notatag, really>", "abc d e notatag really"),
        ("<http://a.b/c> <me@ex.org> a < b", "http a b c me ex org a b"),
        ('[t](u "title"){.x} [t][r] [r] [none][nope]\n\n[r]: v "w"', "t t r none nope"),
        ("[a [b] c](u) [s]{.x k=v} [bad]{no attrs!}", "a b c s bad no attrs"),
        ("text ![alt](x.png) text", "text text"),
        ('![A *caption*](a.png){alt="Alt" credit="By Me"}', "A caption By Me"),
        ("![Cap][i]\n\n[i]: a.png {credit=Her}", "Cap Her"),
        ("# One {#id .c}\n\n## C# ##\n\nTwo *t* {#s}\n===", "One C Two t"),
        ("#hashtag\n\n# # ", "hashtag"),
        ("- a\n- [x] b\n\n1. c\n(2) d\ni) e\n#. f", "a b c d e f"),
        ("1986. A year\n\nB. Russell\n\nB.  item\n\np. 5 x", "A year B Russell item p 5 x"),
        ("(@good) a\n\nas (@good) and @bad", "a as 1 and bad"),
        ("> a\nb\n> > c", "a b c"),
        ("T\n\n:   d1\n\n    d2\n:   d3", "T d1 d2 d3"),
        ("| a\n|   b\n  c\n|\n| d", "a b c d"),
        ("| a | b |\n|---|---|\n| c | `d|e` |\n\n: Cap {#x}", "Cap a b c d e"),
        ("Table: Cap\n\n a   b\n--- ---\n c   d\n", "Cap a b c d"),
        ("----------\n a   b\n--- ------\n c   d\n     e\n\n f   g\n----------\n", "a b c d e f g"),
        ("+---+----+\n| a | b  |\n|   | c  |\n+---+----+\n| d | e  |\n+---+----+\n", "a b c d e"),
        ("```py\na *b* {c}\n```\n\n    d &amp; e", "a b c d amp e"),
        ("```{=latex}\nno\n```\n\n```{=html}\n<p>yes</p>\n```", "yes"),
        ("~~~\nnever closed", "never closed"),
        ("::: {.voice by=justin}\na\n\n::: verse\nb\n:::\n:::", "a b"),
        ("<div class='x'>\n*a*\n</div>\n\n<pre>b *c* &amp; <i>d</i></pre>", "a b c d"),
        ("<script>var x</script>\n\na <style>b</style> c", "a c"),
        ("a <!-- b\n\nc --> d\n\n<!-- e -->\nf", "a d f"),
        ("Cost $5 and $10, US$5-$6, $20,000 \\$5", "Cost 5 and 10 US 5 6 20 000 5"),
        ("a\\\nb  \nc", "a b c"),
        ("[b]: c\n\na\n[d]: e", "a d e"),
        ("日本語。**強調**です हिन्दी", "日本語 強調です हिन्दी"),
        ("a\tb\n\n\tcode {x}\n\n-\titem", "a b code x item"),
        ("@smith says", "smith says"),
        ("[]{#_Toc1 .anchor}a [b]{#2 .c} # {#-x}", "a b x"),
        ("```{note}\nb\n```\n[c](d)\n```\n\ne", "note b c e"),
        ("a ``x\n```y\nz\n```\n[c](d)", "a x z c"),
        ("* * *\n\n***\n\n___", ""),
        ("", ""),
    ],
)
def test_words_of_the_flow(text: str, words: str) -> None:
    assert flow(text) == words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a[^1] b^[in *line*]\n\n[^1]: one", ["one", "in line"]),
        ("a[^1] b[^1]\n\n[^1]: one", ["one", "one"]),
        ("[^n]: first\n\n    second\n\n        code\nlazy\n\nb[^n]", ["first second code lazy"]),
        ("# H[^h]\n\n- *x[^i]*\n\n[^i]: i\n[^h]: h", ["h", "i"]),
        ("| a[^1] |\n|---|\n\n: Cap[^2]\n\n[^1]: cell\n\n[^2]: cap", ["cap", "cell"]),
        ("> [^q]: quoted\n\na[^q]", ["quoted"]),
        ("a[^none] `b[^1]`\n\n[^1]: one", []),
        ("x^2^[^1] y^a^[b]\n\n[^1]: one", ["one"]),
        ("^[a](b) ^[c]^[d]", ["c", "d"]),
    ],
)
def test_notes_are_streams_in_order_of_their_calls(text: str, found: list[str]) -> None:
    assert notes(text) == found


def test_words_know_their_place() -> None:
    text = "# The *t*itle {#x}\n\n> caf&eacute;\n> end[^1]\n\n[^1]: A note\n"
    lexed = lex(text)
    assert [(text[word.start : word.end], word.text) for word in lexed.flow.words()] == [
        ("The", "The"),
        ("t*itle", "title"),
        ("caf&eacute;", "café"),
        ("end", "end"),
    ]
    assert [text[word.start : word.end] for word in lexed.notes[0].stream.words()] == ["A", "note"]
    assert text[lexed.notes[0].start : lexed.notes[0].end] == "[^1]"
    assert text[lexed.notes[0].at :].startswith("A note")


def test_places_survive_tabs() -> None:
    text = "-\tone\ttwo\n\n\t\tthree"
    assert [text[word.start : word.end] for word in lex(text).flow.words()] == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("a <!-- b --> c", "comment", ["<!-- b -->"]),
        ("a {>>AU: b<<} c", "query", ["{>>AU: b<<}"]),
        ("# T {#i}\n\n[a]{.b}", "attributes", ["{#i}", "{.b}"]),
        ('[a](b "c"){.d} ![e](f)', "target", ['(b "c"){.d}', "(f)"]),
        ("x ![e f](g)", "alt", ["e f"]),
        ("[a]: b 'c'\n\n[a]", "reference", ["[a]: b 'c'"]),
        ("[Note]: this is lost", "unused-reference", ["[Note]: this is lost"]),
        ("[^a]: never called\n\nx", "unused-note", ["[^a]: never called"]),
        ("`a`{=tex}", "raw", ["`a`{=tex}"]),
        ("a <b class='c'>d</b>", "html", ["<b class='c'>", "</b>"]),
        ("<script>x</script> y", "html-content", ["<script>x</script>"]),
        ("12. a", "list-marker", ["12."]),
        ("- [x] a", "checkbox", ["[x]"]),
        ("```py\nx\n```", "info", ["py"]),
        ("::: {.a b=c}\nx\n:::", "fence", ["::: {.a b=c}", ":::"]),
    ],
)
def test_removals_are_declared(text: str, kind: str, found: list[str]) -> None:
    assert removed(text, kind) == found


def test_queries_are_taken_out_and_pandoc_gets_spans() -> None:
    text = "a {>>AU: is\nit so?<<} b `{>>AU: c<<}` {>>AU: d<<}\n\n    {>>AU: code<<}\n"
    lexed = lex(text)
    assert [(query.number, query.who, query.text) for query in lexed.queries] == [
        (1, "AU", "is it so?"),
        (2, "AU", "d"),
    ]
    assert lexed.prepared == "a []{query=1} b `{>>AU: c<<}` []{query=2}\n\n    {>>AU: code<<}\n"
    for place in ("b `", "\n    {"):
        assert lexed.text_offset(lexed.prepared.index(place)) == text.index(place)
    assert flow(text) == "a b AU c AU code"


def test_queries_are_numbered_in_order_of_the_source() -> None:
    text = "a[^1]\n\n[^1]: n {>>AU: first<<}\n\nb {>>AU: second<<}"
    assert [query.text for query in lex(text).queries] == ["first", "second"]
    twice = lex("a[^1] b[^1]\n\n[^1]: n {>>AU: once<<}")
    assert len(twice.queries) == 1


@pytest.mark.parametrize("before", ["Oh!", "[x]", "a^", "[x](y)", "[^1]", "`c`", "![x](y)", "[s]{.t}"])
def test_a_query_is_a_span_whatever_stands_before_it(before: str) -> None:
    prepared = lex(f"{before}{{>>AU: a question of some length<<}} b").prepared
    assert prepared.removeprefix(before).startswith("<span query=" if before[-1] in "]!^" else "[]{query=1")
    assert lex(prepared).removals[-1].kind in ("attributes", "html")


def test_queries_in_a_table_keep_its_columns() -> None:
    text = "a                       b\n----------------------- ---\nc {>>AU: question<<}    d\n"
    lexed = lex(text)
    assert len(lexed.prepared) == len(text)
    assert flow(text) == "a b c d"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a {++b++}", "insertion"),
        ("a {--b--}", "deletion"),
        ("a {~~b~>c~~}", "substitution"),
        ("a {==b==}", "highlight"),
        ("a {>>b<<}", "comment"),
        ("a {>>AU: never ends", "unclosed"),
        ("a {>>AU: never ends, b {>>AU: does<<}", "unclosed"),
        ("a[^1]\n\n[^1]: b^[c]", "nested-note"),
        ("a[^1]\n\n[^1]: b[^1]", "nested-note"),
    ],
)
def test_what_is_not_built_is_reserved(text: str, what: str) -> None:
    assert [mark.what for mark in lex(text).reserved] == [what]


def test_code_holds_no_critic_marks() -> None:
    assert lex("`{++a++}`\n\n```\n{>>b<<}\n```\n").reserved == ()


def test_placeholders_are_found() -> None:
    assert [each.text for each in lex("TK a TKTK[^1] TODO TKO `TK` <!-- TODO -->\n\n[^1]: TK").placeholders] == [
        "TK", "TKTK", "TODO", "TK", "TK",
    ]  # fmt: skip


def test_formulas_are_no_words() -> None:
    lexed = lex("let $x_1 + y$ be $$a\n= b$$ and $5[^1]\n\n[^1]: $z$")
    assert [(formula.tex, formula.display) for formula in lexed.flow.formulas] == [("x_1 + y", False), ("a\n= b", True)]
    assert [formula.tex for formula in lexed.notes[0].stream.formulas] == ["z"]
    assert flow("let $x$ be $5") == "let be 5"


def test_blocks_are_listed_with_their_kind() -> None:
    lexed = lex("a\n\n***\n\n![](x.png)\n\n    code\n\nb[^1]\n\n[^1]: c")
    assert [(block.kind, block.stream) for block in lexed.blocks] == [
        ("text", 0), ("rule", 0), ("image", 0), ("code", 0), ("text", 0), ("text", 1),
    ]  # fmt: skip


def nested(depth: int) -> str:
    return "".join(f"{'  ' * level}- w{level}\n" for level in range(depth))


@pytest.mark.parametrize(
    "text",
    [
        "[" * 20_000 + "a",
        "*a " * 20_000,
        "`" * 20_000 + "a",
        "$a " * 20_000,
        "[a](" * 20_000,
        "<!-- " * 5_000,
        "![" * 20_000,
        "> " * 3_000 + "a",
        "{>>AU: " * 5_000,
        "[a]: b\n\n" * 5_000,
        "word " * 200_000,
        "| a " * 20_000 + "|\n",
        "-" * 50_000 + "\n" + "a\n" * 2_000,
        "{#a " * 10_000,
        "&" * 50_000,
        "[^a" * 10_000,
        nested(150),
    ],
    ids=lambda text: text[:8],
)
def test_nothing_is_too_long_or_too_deep(text: str) -> None:
    begin = time.perf_counter()
    assert isinstance(lex(text), Lexed)
    assert time.perf_counter() - begin < 5
