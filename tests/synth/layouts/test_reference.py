from html.parser import HTMLParser

from synth.adapters.osc_addresses import NETWORK_ADDRESSES, OscAddresses
from synth.layouts.reference import reference_html, reference_markdown
from synth.parameters import PARAMETERS


def test_every_address_and_controller_is_described() -> None:
    page = reference_markdown()
    osc = OscAddresses(controls=None)  # type: ignore[arg-type]
    for path, address in osc.table.items():
        if not path.endswith("/raw"):
            assert f"| `{path}` |" in page
            assert address.description in page
    for path in NETWORK_ADDRESSES:
        assert f"| `{path}` |" in page
    for parameter in PARAMETERS:
        if parameter.controller is not None:
            assert f"| `/param/{parameter.name}` | {parameter.controller} |" in page


def test_the_page_is_well_formed() -> None:
    open_tags: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag != "meta":
                open_tags.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert tag == open_tags.pop()

    Reader().feed(reference_html())
    assert [] == open_tags
