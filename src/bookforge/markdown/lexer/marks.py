"""The marks of pandoc's Markdown as patterns, one place for all."""

import re
from typing import Final

from bookforge.markdown.allowlist import DROPPED


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NAME: Final = r"[^\W\d_][\w:.-]*+"
_VALUE: Final = r'"(?!\s)(?:\\.|[^"\\])++"|\'(?!\s)(?:\\.|[^\'\\])++\'|""|\'\'|(?:\\[^\w\s]|[^\s}])*+'
ATTRIBUTES: Final = re.compile(rf"\{{\s*+(?:(?:#[\w:.-]++|\.{_NAME}|{_NAME}=(?:{_VALUE})|-)\s*+)*+\}}", re.DOTALL)
RAW_ATTRIBUTE: Final = re.compile(r"\{ *=([A-Za-z0-9_-]+) *\}")
CREDIT: Final = re.compile(
    r'(?<=[\s{])credit=(?:"((?:\\.|[^"\\])++)"|\'((?:\\.|[^\'\\])++)\'|([^\s}"\']++))', re.DOTALL
)

FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,}) *(.*?) *$")
DIV_CLOSE: Final = re.compile(r":{3,} *$")
RULE: Final = re.compile(r" *([*_-])(?: *\1){2,} *$")
HEADING: Final = re.compile(r"#+(?= |$) *")
UNDERLINE: Final = re.compile(r"[=-]+ *$")
QUOTE: Final = re.compile(r" {0,3}> ?")
NOTE_START: Final = re.compile(r" {0,3}\[\^([^\s\[\]^]+)\]")
NOTE_CALL: Final = re.compile(r"\[\^([^\s\[\]^]+)\]")
DEFINITION: Final = re.compile(r" {0,3}[:~](?=$| )")
CAPTION: Final = re.compile(r" {0,3}(?:Table:|:(?=(.?)))")
BULLET: Final = re.compile(r" {0,3}[*+-](?=$| )")
ENTITY: Final = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]*));")
EXAMPLE: Final = re.compile(r"@((?:[^\W_]+|[_-][^\W_]+)*)")
QUERY: Final = re.compile(r"\{>>\s*(AU)\s*:\s*(.*?)\s*<<\}", re.DOTALL)
CRITIC: Final = {
    "{++": ("insertion", "++}"),
    "{--": ("deletion", "--}"),
    "{~~": ("substitution", "~~}"),
    "{==": ("highlight", "==}"),
    "{>>": ("comment", "<<}"),
}
PLACEHOLDER: Final = re.compile(r"(?<!\w)(?:(?:TK)+|TODO)(?!\w)")
IN_PLACEHOLDERS: Final = ("TK", "TODO")
"""One of which each has: they are sooner looked for."""

_ROMAN: Final = "m*(?:cm)?d?(?:cd)?c*(?:xc)?l?(?:xl)?x*(?:ix)?v?(?:iv)?i*"
_NUMERAL: Final = (
    rf"(?:\d+|@(?:[^\W_]+|[_-][^\W_]+)*|\#|(?=[mdclxvi])(?:{_ROMAN})|[a-z]|(?=[MDCLXVI])(?:{_ROMAN.upper()})|[A-Z])"
)
ORDERED: Final = re.compile(
    rf" {{0,3}}(?!p\. \d)(?:\((?P<both>{_NUMERAL})\)|(?P<one>{_NUMERAL})\)|(?P<dot>{_NUMERAL})\.)(?=$| )"
)
INITIAL: Final = re.compile(r"[A-Z]")
"""A numeral that could be an abbreviated first name; it needs two spaces after its full stop."""

_ATTRIBUTE: Final = r"""\s+[^\W\d_][\w:-]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]*))?"""
TAG: Final = re.compile(rf"<(?P<close>/?)(?P<name>[^\W\d_][\w:-]*)(?<!:)(?:{_ATTRIBUTE})*\s*/?>")
DECLARATION: Final = re.compile(r"<[?!][A-Za-z][^>]*>")
AUTOLINK: Final = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]*:(?:[^\s<>])+|[^\s<>@()\[\]\\,;:\"]+@[^\s<>@]+\.[^\s<>@]+)>")
SCHEMES: Final = _names(
    "about bitcoin blob callto cid data dav dict dns doi facetime feed file ftp geo git go gopher h323 hdl http https "
    "im imap info ipp irc isbn jabber javascript ldap magnet mailto mid mms news nfs nntp opaquelocktoken pop pres "
    "rtmp rtsp sftp shttp sip sips skype sms smtp snmp spotify ssh steam svn tag tel telnet tftp tip urn view-source "
    "webcal ws wss xmpp"
)

BLOCK_TAGS: Final = _names(
    "address article aside blockquote body canvas caption center col colgroup dd details dir div dl dt fieldset "
    "figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html isindex legend li link "
    "main menu meta nav noframes ol option output p param pre progress section style summary table tbody td textarea "
    "tfoot th thead title tr ul"
)
"""Tags that part blocks wherever they stand."""
EITHER_TAGS: Final = _names("applet audio button del iframe ins map noscript object script svg video embed area")
"""Tags that part blocks only where a block begins."""
VOID_TAGS: Final = _names("area base br col embed frame hr img input link meta param source track wbr")
SKIPPED_TAGS: Final = (DROPPED | {"math"}) - VOID_TAGS
"""Elements whose text is not words of the book: they are never published, or hold a formula."""


def key(label: str) -> str:
    """Return the form in which labels of links compare."""
    return " ".join(label.lower().split())
