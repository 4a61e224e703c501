"""Letters of self-check rounds become PDF bytes. Import it where something is printed only, as reports.pdf."""

from collections.abc import Sequence

from django.template.loader import render_to_string

from reports.pdf import LETTER_FLAG_MM, PrintingError, qr_data_uri, render_pdf
from reports.self_check_letters import SelfCheckLetter
from reports.typesetting import flag_stylesheet, lay_out_flag


def render_letters(letters: Sequence[SelfCheckLetter]) -> bytes:
    """All of one issuer, each on a sheet of its own; at most about 200 a call: memory grows with each."""
    if not letters:
        raise PrintingError("no letter to print")
    html, css = letters_html(letters)
    return render_pdf(html, stylesheets=("self_check_letter.css",), computed_css=css, tagged=len(letters) == 1)


def letters_html(letters: Sequence[SelfCheckLetter]) -> tuple[str, str]:
    """The HTML of a batch and its computed CSS."""
    flag = lay_out_flag((letters[0].issuer,), tallest_mm=LETTER_FLAG_MM)
    sheets = [
        {"letter": letter, "slips": [(slip, qr_data_uri(slip.url) if slip.url else "") for slip in letter.slips]}
        for letter in letters
    ]
    html = render_to_string("pdf/self_check_letters.html", {"sheets": sheets, "flag": flag})
    return html, flag_stylesheet(".flag", flag)
