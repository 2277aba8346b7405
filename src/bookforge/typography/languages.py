"""What the trade does in each language: quotation marks, dashes, spaces, and the words a line end may not part.

Sources: CLDR = Unicode CLDR, ``delimiters.json``, https://github.com/unicode-org/cldr-json; WQM = the summary table of
https://en.wikipedia.org/wiki/Quotation_mark, which cites an authority for each row; CMOS = The Chicago Manual of Style,
17th edition; NHR = New Hart's Rules, 2nd edition; SE = Standard Ebooks Manual of Style, 8; DUDEN = Duden, Die deutsche
Rechtschreibung, and DIN 5008; IN = Lexique des règles typographiques en usage à l'Imprimerie nationale;
OQLF = Office québécois de la langue française, Banque de dépannage linguistique; BK = Bundeskanzlei, Schreibweisungen;
RAE = Real Academia Española, Ortografía de la lengua española (2010).
"""

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

NARROW: Final = "\u202f"
NO_BREAK: Final = "\u00a0"

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Language:
    """The customs of one language.

    ``outer`` and ``inner`` are quotation marks (opening, closing); ``quoted_apart`` is the space inside guillemets.
    ``dashes`` and ``ellipsis`` are the house's usual choice. ``apart`` are the spaces before punctuation: pairs of
    marks and a space. ``thousands``: figures are grouped by spaces. ``percent``: a space stands before ``%``.
    ``abbreviations`` are those of several parts (``z. B.``). ``before_names``, ``before_numbers`` and ``references``
    hold fast to what follows: a name, a number, a number in figures. ``months`` and the days beside them stay together.
    ``elisions`` begin with an apostrophe, whatever follows; ``perhaps`` do, unless they open a quotation.
    ``hanging``: one-letter words that do not end a line.
    """

    outer: Pair | None = None
    inner: Pair | None = None
    quoted_apart: str = ""
    dashes: str = "as-typed"
    ellipsis: str = "glyph"
    apart: tuple[Pair, ...] = ()
    thousands: bool = False
    percent: bool = False
    abbreviations: tuple[str, ...] = ()
    before_names: frozenset[str] = frozenset()
    before_numbers: frozenset[str] = frozenset()
    references: frozenset[str] = frozenset()
    months: frozenset[str] = frozenset()
    elisions: frozenset[str] = frozenset()
    perhaps: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()
    hanging: str = ""


def words(listed: str) -> frozenset[str]:
    """Return words that are listed with spaces between them."""
    return frozenset(listed.split())


def _parted(abbreviations: str) -> tuple[str, ...]:
    return tuple(re.sub(r"\.(?=\w)", ". ", each) for each in abbreviations.split())


_EN: Final = Language(
    outer=("“", "”"),  # CMOS 13.30, CLDR en
    inner=("‘", "’"),
    dashes="em",  # CMOS 6.85
    before_names=words(
        "Mr. Mrs. Ms. Mx. Dr. St. Sts. Mt. Ft. Fr. Br. Sr. Prof. Rev. Hon. Gen. Col. Lt. Capt. Maj. Sgt. Cpl. Pvt. "
        "Adm. Cmdr. Gov. Sen. Rep. Pres. Supt. Messrs. Mmes. Mr Mrs Ms Mx Dr St"
    ),
    before_numbers=words(
        "No. no. Nos. nos. p. pp. vol. vols. Vol. Vols. ch. chs. chap. chaps. Ch. Chap. sec. secs. art. arts. fig. "
        "figs. Fig. Figs. pl. pls. l. ll. v. vv. n. nn. c. ca. fol. fols. bk. pt. pts. ed. op. Op. col. cols. par. "
        "§ §§ ¶"
    ),
    references=words(
        "chapter chapters part parts page pages volume volumes book books figure figures table tables plate plates "
        "map section sections act scene line lines verse verses note notes article number room appendix"
    ),
    months=words(
        "January February March April May June July August September October November December Jan. Feb. Mar. Apr. "
        "Aug. Sept. Oct. Nov. Dec."
    ),
    # CMOS 6.117 (an apostrophe, not an opening mark, at the beginning of a shortened word), SE 8.7.5
    elisions=words(
        "tis tisn twas twasn twere tweren twill twould twouldn tain twixt twon twould've twunt spose s'pose"
    ),
    perhaps=words(
        "em n cause cos coz cuz til till bout round neath un uns nough er im e ow ope ome ere alf ard ead eads eart "
        "earts ear eard eavens ell ello elp erself imself ighest ighness ole omely onest onor oo ook orrible orse "
        "orses osses ospital ot ouse ouses und undred underd urry urt usband ad adn ave aven avin ang and ands "
        "appen appened appy arry at gainst mongst midst stead fraid spect splain scuse sides nother fess kay zat "
        "nuff tude shun pon fore ception tec cello flu sblood sdeath swounds zounds gan burbs rents roo roos sup "
        "low ullo umble ungry ardly arf nuther lectric lection merican mericans bye ealth eel eels"
    ),
    dropped=words("o an th ol lil fo wi de t d jes mus las bes"),
)

_EN_GB: Final = replace(
    _EN,
    outer=("‘", "’"),  # NHR 9.2.1
    inner=("“", "”"),
    dashes="en",  # NHR 4.11: the closed em rule is Oxford's, the spaced en rule most British publishers'
)

_DE: Final = Language(
    outer=("„", "“"),  # DUDEN K 8, CLDR de
    inner=("‚", "‘"),
    dashes="en",  # DUDEN, Gedankenstrich: a Halbgeviertstrich with spaces
    thousands=True,
    percent=True,  # DIN 5008
    abbreviations=_parted(
        "a.a.O. a.D. a.d. a.M. b.w. d.Ä. d.J. d.h. d.i. d.M. e.V. h.c. i.A. i.B. i.d.R. i.e.S. i.w.S. i.H.v. i.R. "
        "i.V. m.E. m.a.W. n.Chr. v.Chr. N.N. n.u.Z. v.u.Z. o.a. o.ä. o.Ä. o.B. o.g. o.J. o.k. p.a. s.a. s.o. s.u. u.a. "
        "u.ä. u.Ä. u.a.m. u.d.M. ü.d.M. u.E. u.U. u.v.a. u.v.a.m. u.v.m. u.Z. v.a. v.H. v.l.n.r. v.o. v.u. z.B. z.Hd. "
        "z.T. z.Z. z.Zt. w.o."
    ),
    before_names=words("Hr. Fr. Dr. Prof. Hl. St. Sr. Br. Frl. Dipl. Ing. Mag. Dres. hl. gen. Fam."),
    before_numbers=words(
        "Nr. Nrn. S. Bd. Bde. Kap. Abb. Abs. Abschn. Art. Tab. Taf. Z. Sp. Str. V. Vers. H. Jg. Aufl. Anm. Bl. "
        "ca.  § §§ Ziff. Lfg. T."
    ),
    references=words(
        "Kapitel Teil Seite Seiten Band Bände Buch Abbildung Tafel Tabelle Karte Abschnitt Akt Szene Zeile Vers "
        "Strophe Anmerkung Artikel Nummer Zimmer Anhang"
    ),
    months=words(
        "Januar Jänner Februar Feber März April Mai Juni Juli August September Oktober November Dezember Jan. Febr. "
        "Feb. Apr. Aug. Sept. Okt. Nov. Dez."
    ),
    # DUDEN K 13 and K 14: an apostrophe stands at the beginning of shortened words
    elisions=words("s ne nen nem ner nes n r ne'n"),
    perhaps=words(
        "rein raus rauf runter rüber rum ran naus nauf nunter nüber drauf drum drüber drunter dran türlich isses "
        "schuldigung tschuldigung nabend ntag gen is nix k m"
    ),
)

_FR: Final = Language(
    outer=("«", "»"),  # IN, Guillemets; CLDR fr
    inner=("“", "”"),  # IN: English marks inside guillemets
    quoted_apart=NARROW,  # IN asks for a no-break space, fine setting for a narrow one
    apart=((";!?", NARROW), (":", NO_BREAK)),  # IN, Ponctuation: espace fine insécable, espace mots insécable
    thousands=True,
    percent=True,
    abbreviations=("av. J.-C.", "apr. J.-C.", *_parted("p.ex. s.d. s.l. N.D.L.R. N.D.T.")),
    before_names=words("M. MM. Mme Mmes Mlle Mlles Dr Pr Me Mgr St Ste Mr"),
    before_numbers=words("n° N° p. pp. vol. chap. t. fig. art. ill. pl. fol. l. v. col. éd. env. § §§"),
    references=words(
        "chapitre chapitres partie page pages tome volume livre figure tableau planche carte section acte scène "
        "ligne lignes vers note notes article numéro chambre annexe"
    ),
    months=words(
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre janv. févr. avr. juill. "
        "sept. oct. nov. déc."
    ),
    perhaps=words("y tain suis fin spèce tention tit tite jour soir coute xcuse scusez"),
)

_ES: Final = Language(
    outer=("«", "»"),  # RAE 3.4.2.1, CLDR es
    inner=("“", "”"),
    thousands=True,
    percent=True,  # RAE: un espacio ante %
    before_names=words("Sr. Sra. Srta. Srs. Dr. Dra. D. Dña. Sto. Sta. Prof. Ud. Fr."),
    before_numbers=words("n.º núm. pág. págs. p. pp. vol. vols. cap. caps. t. fig. art. § §§"),
    references=words("capítulo parte página páginas tomo volumen libro figura tabla acto escena verso nota"),
)

_DIGITS_BY_SPACE: Final = Language(thousands=True, percent=True)

LANGUAGES: Final[dict[str, Language]] = {
    "en": _EN,
    "en-gb": _EN_GB,
    "en-ie": _EN_GB,
    "en-au": _EN_GB,  # Australian Government Style Manual: single marks, spaced en dash
    "en-nz": _EN_GB,
    "en-za": _EN_GB,
    "en-in": _EN_GB,
    "de": _DE,
    "de-ch": replace(_DE, outer=("«", "»"), inner=("‹", "›")),  # BK 2.3, WQM
    "de-li": replace(_DE, outer=("«", "»"), inner=("‹", "›")),
    "fr": _FR,
    "fr-ch": replace(_FR, inner=("‹", "›"), apart=((";!?:", NARROW),)),  # WQM; Guide du typographe (Lausanne)
    "fr-ca": replace(_FR, quoted_apart=NO_BREAK, apart=((":", NO_BREAK),)),  # OQLF: no space before ; ! ?
    "es": _ES,
    **{
        f"es-{place}": replace(_ES, outer=("“", "”"), inner=("‘", "’"))  # CLDR es-419, es-MX, es-US
        for place in words("419 mx us ar co cl pe ve ec gt cu bo do hn py sv ni cr pa uy pr")
    },
    "ca": Language(("«", "»"), ("“", "”")),  # CLDR
    "gl": Language(("«", "»"), ("“", "”")),  # WQM
    "eu": Language(("«", "»"), ("“", "”")),  # WQM
    "it": Language(
        ("«", "»"),  # WQM, CLDR it
        ("“", "”"),
        before_names=words("Sig. Sig.ra Sig.na Dott. Dott.ssa Prof. Avv. Ing. On. S. D."),
        before_numbers=words("n. nn. p. pp. pag. vol. voll. cap. fig. art. t. § §§"),
        references=words("capitolo parte pagina pagine volume libro figura tavola atto scena verso nota"),
        months=words("gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"),
        perhaps=words("sto sta ste sti ndrangheta na nu l sera giorno notte"),
    ),
    "it-ch": Language(("«", "»"), ("‹", "›")),  # WQM
    "pt": Language(("“", "”"), ("‘", "’"), before_names=words("Sr. Sra. Srta. Dr. Dra. D. Prof.")),  # CLDR
    "pt-pt": Language(("«", "»"), ("“", "”"), thousands=True, before_names=words("Sr. Sra. Dr. Dra. D.")),
    "ro": Language(("„", "”"), ("«", "»")),  # WQM, CLDR
    "nl": Language(
        ("‘", "’"),  # WQM, CLDR nl; Onze Taal
        ("“", "”"),
        before_names=words("dhr. mevr. dr. drs. prof. mr. ir. St."),
        before_numbers=words("nr. blz. p. pp. hfdst. fig. afb. dl. ca. § §§"),
        references=words("hoofdstuk deel pagina bladzijde boek noot"),
        months=words("januari februari maart april mei juni juli augustus september oktober november december"),
        elisions=words("s t n k m r d ns"),  # Onze Taal, 's ochtends, 't kofschip
    ),
    "af": Language(("“", "”"), ("‘", "’"), elisions=frozenset({"n"})),  # WQM
    "sv": Language(("”", "”"), ("’", "’"), dashes="en", thousands=True, percent=True),  # WQM, Svenska skrivregler
    "fi": Language(("”", "”"), ("’", "’"), dashes="en", thousands=True, percent=True),  # WQM, Kotus
    "da": Language(("»", "«"), ("›", "‹"), dashes="en"),  # WQM: in books; Dansk Sprognævn
    "nb": Language(("«", "»"), ("‘", "’"), dashes="en", thousands=True, percent=True),  # CLDR no, Språkrådet
    "nn": Language(("«", "»"), ("‘", "’"), dashes="en", thousands=True, percent=True),
    "no": Language(("«", "»"), ("‘", "’"), dashes="en", thousands=True, percent=True),
    "is": Language(("„", "“"), ("‚", "‘"), dashes="en"),  # CLDR, WQM
    "pl": replace(_DIGITS_BY_SPACE, outer=("„", "”"), inner=("«", "»"), percent=False, hanging="aiouwzAIOUWZ"),  # WQM
    "cs": replace(_DIGITS_BY_SPACE, outer=("„", "“"), inner=("‚", "‘"), hanging="kosuvzaiKOSUVZAI"),  # CLDR, ÚJČ
    "sk": replace(_DIGITS_BY_SPACE, outer=("„", "“"), inner=("‚", "‘"), hanging="kosuvzaiKOSUVZAI"),  # CLDR
    "sl": Language(("„", "“"), ("‚", "‘")),  # CLDR
    "hr": Language(("„", "”"), ("‚", "’")),  # WQM
    "sr": Language(("„", "”"), ("’", "’")),  # WQM
    "hu": replace(_DIGITS_BY_SPACE, outer=("„", "”"), inner=("»", "«"), percent=False),  # CLDR, WQM
    "et": Language(("„", "“"), ("«", "»")),  # WQM, CLDR
    "lt": Language(("„", "“"), ("‚", "‘")),  # CLDR
    "bg": Language(("„", "“"), ("’", "’")),  # WQM
    "ru": replace(_DIGITS_BY_SPACE, outer=("«", "»"), inner=("„", "“")),  # CLDR, Мильчин
    "uk": replace(_DIGITS_BY_SPACE, outer=("«", "»"), inner=("„", "“")),  # CLDR, WQM
    "be": replace(_DIGITS_BY_SPACE, outer=("«", "»"), inner=("“", "”")),  # WQM
    "el": Language(("«", "»"), ("“", "”")),  # CLDR, WQM
    "tr": Language(("“", "”"), ("‘", "’")),  # CLDR
    "ga": Language(("“", "”"), ("‘", "’")),  # CLDR
    "cy": Language(("‘", "’"), ("“", "”")),  # CLDR
    "la": Language(("“", "”"), ("‘", "’")),
    "eo": Language(("“", "”"), ("‘", "’")),  # WQM
}

_NONE: Final = Language(dashes="as-typed", ellipsis="as-typed")


@cache
def of(tag: str) -> Language:
    """Return the customs of a language: the tag's, else those of its language, else none."""
    parts = tag.lower().split("-")
    for found in ("-".join(parts[:2]), f"{parts[0]}-{parts[2]}" if len(parts) > 2 else "", parts[0]):
        if found in LANGUAGES:
            return LANGUAGES[found]
    return _NONE
