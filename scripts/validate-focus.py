#!/usr/bin/env python3
"""Validates `lambdacost compare --format focus` with the official FOCUS validator.

    scripts/validate-focus.py FILE.csv...

Needs Python 3.12 or newer with `pip install focus-validator==2.2.1 'pyarrow<24'`. The exit
code of the validator is always 0, so this script reads its output. It fails if a rule fails that is
not in KNOWN, if nothing was checked, or if the validator itself fails.
"""

import pathlib
import re
import subprocess
import sys

# Rules that version 2.2.1 fails on correct files (docs/focus.md gives the reasons).
KNOWN = {"BilledCost-C-005-C", "BilledCost-C-000-M", "InvoiceId-C-004-C"}
RULE = re.compile(r"([A-Za-z]+-[A-Z]-\d+-[A-Z]+): FAIL\b(.*)")
TOTAL = re.compile(r"Total: (\d+) \| Pass: (\d+) \| Fail: (\d+)")


def validate(path: pathlib.Path) -> list[str]:
    """The mistakes in a file."""
    import focus_validator

    # The validator opens one of its files by a path relative to its installation.
    home = pathlib.Path(focus_validator.__file__).parent.parent
    command = [
        sys.executable, "-c", "from focus_validator.main import main; main()",
        "--data-file", str(path.resolve()), "--validate-version", "1.2", "--block-download",
        "--focus-dataset", "CostAndUsage", "--output-type", "console",
    ]
    run = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
    text = run.stdout + run.stderr
    total = TOTAL.search(text)
    if run.returncode != 0 or total is None:
        return [f"the validator failed: {text[-2000:]}"]
    checked, passed, failed = map(int, total.groups())
    rules = {name: rest.strip() for name, rest in RULE.findall(text)}
    wrong = [f"{name} {rest}" for name, rest in sorted(rules.items()) if name not in KNOWN]
    if passed == 0:
        wrong.append("no rule passed: nothing was checked")
    if len(rules) != failed:
        wrong.append(f"{failed} rules fail and {len(rules)} were read: its text has changed")
    known = ", ".join(sorted(KNOWN & rules.keys())) or "none"
    print(f"{path}: {checked} rules, {passed} passed, {failed} failed (known: {known})")
    return wrong


def main() -> int:
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    broken = False
    for path in map(pathlib.Path, sys.argv[1:]):
        for line in validate(path):
            print(f"{path}: {line}", file=sys.stderr)
            broken = True
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
