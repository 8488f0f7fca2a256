"""Write the tables of README.md that are facts of the code: parameters and MIDI controllers.

`scripts/document.py` writes them; a test fails while they differ from what it would write.
"""

from pathlib import Path

from synth.parameters import PARAMETERS, Parameter

README = Path(__file__).resolve().parents[1] / "README.md"
BEGIN = "<!-- parameters: written by scripts/document.py from synth/parameters.py -->\n"
END = "<!-- end of parameters -->\n"


def main() -> None:
    """Write the tables into README.md."""
    README.write_text(with_tables(README.read_text()))


def with_tables(readme: str) -> str:
    """Return the page with its parameter table as the code now has it."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{parameter_table()}\n{END}{after}"


def parameter_table() -> str:
    """Return one Markdown row for each parameter."""
    rows = [
        "| `/param/…` | MIDI CC | range | default | what |",
        "| --- | --- | --- | --- | --- |",
        *map(_row, PARAMETERS),
    ]
    return "\n".join(rows) + "\n"


def _row(parameter: Parameter) -> str:
    controller = "" if parameter.controller is None else str(parameter.controller)
    low, high = parameter.display(0.0), parameter.display(1.0)
    default = parameter.display(parameter.default_normalised)
    return (
        f"| `{parameter.name}` | {controller} | {low} … {high} | {default} |"
        f" {parameter.description} |"
    )


if __name__ == "__main__":
    main()
