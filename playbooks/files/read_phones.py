# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read a CSV export of phones and print its rows as JSON, for the playbook voip.rps.from_csv.

Usage: read_phones.py FILE [FIELD=COLUMN ...]

Prints `{"columns": {field: column}, "rows": [{"line": 2, "mac": ..., ...}]}`; every value is text, exactly as the cell
has it but for blanks around it. What is wrong with the file is one sentence on standard error, and the status is 1.
Cells are data: nothing here or in the playbook evaluates them.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

# What vendors' portals and spreadsheets call these columns; compared without case, blanks and punctuation.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "mac": ("mac", "macaddress", "macid", "devicemac", "phonemac"),
    "server": ("server", "servername", "rpsserver", "provisioningserver", "configurationserver"),
    "serial": ("sn", "serial", "serialnumber", "serialno", "devicesn"),
    "host": ("host", "hostname", "devicename", "phonename"),
    "unique_url": (),  # only where it is asked for: such a URL is a secret
}
REQUIRED = ("mac",)
DELIMITERS = ",;\t"


class FileError(Exception):
    """The file cannot be used; the text is a sentence."""


def main(arguments: Sequence[str]) -> int:
    """Print the rows of the file that the first argument names."""
    name, *given = arguments
    wanted = dict(text.partition("=")[::2] for text in given)
    try:
        result = read(decode(Path(name).read_bytes()), {field: column for field, column in wanted.items() if column})
    except OSError as error:
        sys.stderr.write(f"{name} cannot be read: {error.strerror}.\n")
        return 1
    except (FileError, csv.Error) as error:
        sys.stderr.write(f"{name}: {error}\n")
        return 1
    json.dump(result, sys.stdout)
    return 0


def decode(raw: bytes) -> str:
    """Return the text: UTF-8 or UTF-16 by its mark, else UTF-8, else what spreadsheets for Windows write."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def read(text: str, wanted: Mapping[str, str]) -> dict[str, object]:
    """Return `{"columns": ..., "rows": ...}`; `wanted` names the column of a field that has another name here."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text), strict=True)
    header = next((row for row in reader if any(cell.strip() for cell in row)), [])
    places = {field: place for field in COLUMNS for place in find(field, wanted.get(field), header)}
    rows = []
    for row in reader:
        if any(cell.strip() for cell in row):
            cells: dict[str, object] = {
                field: row[place].strip() if place < len(row) else "" for field, place in places.items()
            }
            rows.append({"line": reader.line_num} | cells)
    return {"columns": {field: header[place].strip() for field, place in places.items()}, "rows": rows}


def delimiter(text: str) -> str:
    """Return what separates the columns: of comma, semicolon and tab the one that the first line has most of."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(DELIMITERS, key=first.count)


def find(field: str, wanted: str | None, header: Sequence[str]) -> Iterable[int]:
    """Return the place of the field's column, or nothing where it has none and needs none."""
    names = {simplified(wanted)} if wanted else set(COLUMNS[field])
    found = [place for place, cell in enumerate(header) if simplified(cell) in names]
    if len(found) > 1:
        columns = ", ".join(header[place].strip() for place in found)
        raise FileError(f"more than one column can be the {field}: {columns}. Set rps_csv_{field} to the right one.")
    if not found and (wanted or field in REQUIRED):
        columns = ", ".join(cell.strip() for cell in header) or "none"
        missing = f"no column is named {wanted}" if wanted else f"no column has a name that is known for the {field}"
        raise FileError(f"{missing}; the columns are: {columns}. Set rps_csv_{field} to the right one.")
    return found


def simplified(name: str) -> str:
    """Return the name without case, blanks and punctuation."""
    return "".join(character for character in name.casefold() if character.isalnum())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
