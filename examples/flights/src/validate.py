"""Checks CSV files against the rules of their table and writes them as one file.

Every broken rule is told with file, row, column and rule; then the exit code is 1 and nothing
is written.
"""

import argparse
import sys
import warnings

import pandas as pd
from rules import TABLES, Integer, Text

PROBLEMS_SHOWN_MAX = 20


def check_columns(frame, table):
    expected, found = list(table.columns), list(frame.columns)
    for name in expected:
        if name not in found:
            yield 1, name, "is missing", "schema"
    for name in found:
        if name not in expected:
            yield 1, name, "is not known", "schema"
    if not set(expected) ^ set(found) and expected != found:
        yield 1, found[0], f"columns must stand in the order {', '.join(expected)}", "schema"


def check_values(text, rule):
    """Yields (where, what, name of the rule): a mask of wrong rows and what to say of a value."""
    missing = text.isin(["", "NA"])
    if rule.required:
        yield missing, "is missing", "required"
    if isinstance(rule, Text):
        yield ~missing & ~text.str.fullmatch(rule.pattern), f"does not match {rule.pattern}", "text"
        return
    number = pd.to_numeric(text.mask(missing), errors="coerce")
    wrong = ~missing & number.isna()
    if isinstance(rule, Integer):
        wrong |= ~missing & (number % 1 != 0)
        yield wrong, "is not an integer", "integer"
    else:
        yield wrong, "is not a number", "number"
    outside = ~missing & ~wrong & ~number.between(rule.minimum, rule.maximum)
    yield outside, f"is not within {rule.minimum}..{rule.maximum}", "range"


def problems_of(frame, table):
    """Yields (line of the file, column, what, name of the rule)."""
    wrong_columns = list(check_columns(frame, table))
    if wrong_columns:
        yield from wrong_columns
        return
    for name, rule in table.columns.items():
        for mask, what, rule_name in check_values(frame[name], rule):
            for row in frame.index[mask]:
                yield row + 2, name, f"{frame.at[row, name]!r} {what}", rule_name
    if table.unique:
        again = frame.duplicated(table.unique)
        for row in frame.index[again]:
            key = ", ".join(frame.loc[row, table.unique])
            yield row + 2, "+".join(table.unique), f"({key}) stands here again", "unique"


def read(path):
    try:
        with warnings.catch_warnings(action="error"):  # a row that is too long is only a warning
            frame = pd.read_csv(path, dtype=str, keep_default_na=False, index_col=False)
    except (OSError, ValueError, Warning) as problem:  # pandas' errors of form are ValueErrors
        sys.exit(f"{path}: cannot be read as CSV: {problem}")
    return frame.fillna("")  # a row that is too short


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", choices=sorted(TABLES), required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()

    table, frames, count = TABLES[arguments.table], [], 0
    for path in arguments.files:
        frame = read(path)
        for line, column, what, rule in problems_of(frame, table):
            count += 1
            if count <= PROBLEMS_SHOWN_MAX:
                place = f"{path}: row {line}, column {column}"
                print(f"{place}: {what} (rule: {rule})", file=sys.stderr)
        if frame.empty:
            count += 1
            print(f"{path}: has no rows (rule: not empty)", file=sys.stderr)
        frames.append(frame)
    if count == 0 and len(frames) > 1:
        both = pd.concat(frames, ignore_index=True)
        for row in both.index[both.duplicated(table.unique)][:PROBLEMS_SHOWN_MAX]:
            count += 1
            key = ", ".join(both.loc[row, table.unique])
            print(f"({key}) stands in more than one file (rule: unique)", file=sys.stderr)
    if count:
        if count > PROBLEMS_SHOWN_MAX:
            print(f"and {count - PROBLEMS_SHOWN_MAX} more", file=sys.stderr)
        problems = "1 problem" if count == 1 else f"{count} problems"
        sys.exit(f"validate: {arguments.table}: {problems}; nothing was written")

    everything = pd.concat(frames, ignore_index=True)
    everything.to_csv(arguments.out, index=False, lineterminator="\n")
    print(f"{arguments.table}: {len(everything)} rows are valid", file=sys.stderr)
    print(f"rows={len(everything)}")


if __name__ == "__main__":
    main()
