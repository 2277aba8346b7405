"""What makes a file a PDF/X-4: the printing condition it is meant for, and saying so."""

from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from bookforge.writers.press.colours import PROFILE

_CONDITION: Final = "FOGRA39"
_CONDITION_IN_WORDS: Final = "Offset printing on coated paper, ISO 12647-2:2004/Amd 1 (Coated FOGRA39)"
_REGISTRY: Final = "http://www.color.org"
_XMP: Final = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" \
xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" \
xmlns:pdfxid="http://www.npes.org/pdfx/ns/id/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<pdf:Producer>bookforge</pdf:Producer><pdf:Trapped>False</pdf:Trapped>
<xmp:CreatorTool>bookforge</xmp:CreatorTool>
<xmp:CreateDate>{date}</xmp:CreateDate><xmp:ModifyDate>{date}</xmp:ModifyDate><xmp:MetadataDate>{date}</xmp:MetadataDate>
<xmpMM:DocumentID>uuid:{identity}</xmpMM:DocumentID><xmpMM:VersionID>1</xmpMM:VersionID>
<xmpMM:RenditionClass>default</xmpMM:RenditionClass>
<pdfxid:GTS_PDFXVersion>PDF/X-4</pdfxid:GTS_PDFXVersion>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


@dataclass(frozen=True, slots=True)
class Intent:
    """What a PDF/X-4 says of itself: title, author, a day (``2026-11-22``) and an id of 32 hexadecimal digits."""

    title: str
    author: str
    date: str
    identity: str


def declare(pdf: pikepdf.Pdf, intent: Intent) -> None:
    """Add the printing condition with its profile, and the same metadata in both places that PDF has for them."""
    profile = Stream(pdf, PROFILE.read_bytes())
    profile["/N"] = 4
    profile["/Alternate"] = Name.DeviceCMYK
    condition = Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFX,
        OutputConditionIdentifier=String(_CONDITION),
        OutputCondition=String(_CONDITION_IN_WORDS),
        RegistryName=String(_REGISTRY),
        Info=String(_CONDITION_IN_WORDS),
        DestOutputProfile=pdf.make_indirect(profile),
    )
    pdf.Root["/OutputIntents"] = Array([pdf.make_indirect(condition)])
    stamp = f"{intent.date}T00:00:00Z"
    said = _XMP.format(
        title=escape(intent.title), author=escape(intent.author), date=stamp, identity=_uuid(intent.identity)
    )
    metadata = Stream(pdf, said.encode())
    metadata["/Type"], metadata["/Subtype"] = Name.Metadata, Name.XML
    pdf.Root["/Metadata"] = pdf.make_indirect(metadata)
    day = f"D:{intent.date.replace('-', '')}000000Z"
    info = Dictionary(
        Title=String(intent.title),
        Author=String(intent.author),
        Creator=String("bookforge"),
        Producer=String("bookforge"),
        CreationDate=String(day),
        ModDate=String(day),
        Trapped=Name("/False"),
    )
    pdf.trailer["/Info"] = pdf.make_indirect(info)


def _uuid(digits: str) -> str:
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32]))
