"""Splits a feature table by time: the latest flights become the test set, as in real life."""

import argparse
import sys

import pandas as pd
from columns import LATE, TIME


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", required=True)
    parser.add_argument("--test-share", type=float, required=True)
    parser.add_argument("--train", required=True)
    parser.add_argument("--test", required=True)
    arguments = parser.parse_args()

    table = pd.read_csv(arguments.table, keep_default_na=False, dtype=str)
    times = table[TIME].sort_values(ignore_index=True)
    first_test_hour = times[int(len(times) * (1 - arguments.test_share))]
    is_test = table[TIME] >= first_test_hour
    for name, part in [("train", table[~is_test]), ("test", table[is_test])]:
        if part[LATE].nunique() < 2:
            sys.exit(f"split: the {name} set must hold late flights and others; take more months")
    table[~is_test].to_csv(arguments.train, index=False, lineterminator="\n")
    table[is_test].to_csv(arguments.test, index=False, lineterminator="\n")
    print(f"train_rows={int((~is_test).sum())}")
    print(f"test_rows={int(is_test.sum())}")
    print(f'first_test_hour="{first_test_hour}"')


if __name__ == "__main__":
    main()
