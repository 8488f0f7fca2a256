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
    """Return one Markdown row for each group of parameters."""
    groups = dict.fromkeys(parameter.group for parameter in PARAMETERS)
    rows = [
        "| group | `/param/<group>/…` (MIDI controller) |",
        "| --- | --- |",
        *(f"| `{group}` | {_names(group)} |" for group in groups),
    ]
    return "\n".join(rows) + "\n"


def _names(group: str) -> str:
    return ", ".join(_name(p) for p in PARAMETERS if p.group == group)


def _name(parameter: Parameter) -> str:
    controller = "" if parameter.controller is None else f" ({parameter.controller})"
    return f"`{parameter.key}`{controller}"


if __name__ == "__main__":
    main()
