"""Adds up a workbook of `plimsoll report ledger` with nothing but the standard library, as JSON.

    python3 ledger_xlsx.py FILE.xlsx

For each sheet, per currency: how many rows, and the sum of each column of money in minor units. A cell is a binary number
in the file; it is taken back to the decimal it was written as, and must be a whole number of minor units.
"""

import json
import sys
import zipfile
from decimal import Decimal
from xml.etree import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
UNITS = {"EUR": 100, "SEK": 100, "USD": 100, "JPY": 1}
MONEY = {"Net", "VAT", "Gross", "Accrued net", "Accrued VAT", "Accrued gross", "Paid gross", "Due gross"}


def rows_of(book, path, shared):
    for row in ElementTree.fromstring(book.read(path)).iter(MAIN + "row"):
        cells = {}
        for cell in row.iter(MAIN + "c"):
            column = "".join(letter for letter in cell.get("r") if letter.isalpha())
            value = cell.find(MAIN + "v")
            if value is not None:
                cells[column] = shared[int(value.text)] if cell.get("t") == "s" else value.text
        yield cells


def main(path):
    book = zipfile.ZipFile(path)
    texts = ElementTree.fromstring(book.read("xl/sharedStrings.xml")).iter(MAIN + "si")
    shared = ["".join(part.text or "" for part in text.iter(MAIN + "t")) for text in texts]
    links = ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
    target = {link.get("Id"): link.get("Target") for link in links}
    told = {}
    for sheet in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(MAIN + "sheet"):
        rows = rows_of(book, "xl/" + target[sheet.get(LINK)], shared)
        header = next(rows)
        sums = {}
        for row in rows:
            named = {header[column]: value for column, value in row.items()}
            of = sums.setdefault(named["Currency"], {"rows": 0})
            of["rows"] += 1
            for name in MONEY & named.keys():
                minor = Decimal(repr(float(named[name]))) * UNITS[named["Currency"]]
                assert minor == minor.to_integral_value(), (name, named[name])
                of[name] = of.get(name, 0) + int(minor)
        told[sheet.get("name")] = sums
    print(json.dumps(told))


main(sys.argv[1])
