"""Objects of a PDF by what they consist of: numbers do not count, everything else does."""

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from bookforge.pdfobjects import Names, called


def font(pdf: Pdf, file: bytes = b"outlines", width: int = 500) -> pikepdf.Object:
    descriptor = pdf.make_indirect(Dictionary(FontFile2=Stream(pdf, file)))
    return pdf.make_indirect(Dictionary(Type=Name.Font, W=Array([1, width]), FontDescriptor=descriptor))


def test_equal_things_have_equal_names_in_files_that_number_them_otherwise() -> None:
    one, other = Pdf.new(), Pdf.new()
    for number in range(7):
        other.make_indirect(Dictionary(N=number))
    first, second = font(one), font(other)
    assert first.objgen != second.objgen
    assert Names().of(first) == Names().of(second)


def test_what_an_object_leads_to_is_part_of_it() -> None:
    pdf = Pdf.new()
    names = Names()
    assert len({names.of(font(pdf, *each)) for each in ((), (b"other outlines",), (b"outlines", 501))}) == 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Name.A, String("/A")),
        (Array([1, 2]), Array([Array([1]), 2])),
        (Array([1]), Array([True])),
        (Dictionary(A=1), Dictionary(B=1)),
        (Dictionary(), Array()),
        (None, Dictionary()),
    ],
)
def test_different_things_have_different_names(one: object, other: object) -> None:
    assert Names().of(one) != Names().of(other)


def test_an_object_is_found_by_its_name_where_it_is_the_only_one() -> None:
    pdf, names = Pdf.new(), Names()
    first = font(pdf)
    name = names.of(first)
    assert names.number(name) == first.objgen
    assert names.number("") is None
    assert names.of(font(pdf)) == name
    assert names.number(name) is None


def test_what_leads_back_to_itself_is_like_nothing_else() -> None:
    pdf = Pdf.new()
    page = pdf.make_indirect(Dictionary())
    page["/Annots"] = Array([Dictionary(P=page)])
    assert Names().of(page) != Names().of(page)


def test_resources_that_a_content_does_not_call_are_left_out() -> None:
    resources = Dictionary(Font=Dictionary(A=font(Pdf.new()), B=Dictionary()), ProcSet=Array([Name.PDF]))
    assert [*called(resources, b"/B 12 Tf").Font.keys()] == ["/B"]
    assert called(resources, b"/B 12 Tf").ProcSet == Array([Name.PDF])
    assert len(called(resources, b"/#42 12 Tf").Font.keys()) == 2
