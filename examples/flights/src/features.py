"""Joins flights with weather and planes and writes one row of features for each flight that arrived.

Only what is known before departure becomes a feature; departure delay, for one, would give the
answer away. Cancelled and diverted flights have no arrival delay and are left out.
"""

import argparse

import pandas as pd
from columns import CATEGORIES, LATE, NUMBERS, TIME

WEATHER = ["temp", "dewp", "humid", "wind_speed", "wind_gust", "precip", "pressure", "visib"]


def minute_of_day(clock):
    """Minutes since midnight of a time written as hhmm."""
    return clock // 100 * 60 + clock % 100


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flights", required=True)
    parser.add_argument("--weather", required=True)
    parser.add_argument("--planes", required=True)
    parser.add_argument("--late-minutes", type=int, required=True)
    parser.add_argument("--out", required=True)
    arguments = parser.parse_args()

    flights = pd.read_csv(arguments.flights)
    weather = pd.read_csv(arguments.weather)[["origin", TIME, *WEATHER]]
    planes = pd.read_csv(arguments.planes)[["tailnum", "year", "seats", "engine"]]

    flights["flights_that_hour"] = flights.groupby(["origin", TIME])["flight"].transform("size")
    arrived = flights[flights["arr_delay"].notna()]
    table = arrived.merge(weather, on=["origin", TIME], how="left", validate="many_to_one")
    planes = planes.rename(columns={"year": "plane_year"})
    table = table.merge(planes, on="tailnum", how="left", validate="many_to_one")

    local_day = pd.to_datetime(table[["year", "month", "day"]])
    table["day_of_week"] = local_day.dt.dayofweek
    table["minute_of_day"] = minute_of_day(table["sched_dep_time"])
    table["arrival_minute_of_day"] = minute_of_day(table["sched_arr_time"])
    table["plane_age_years"] = table["year"] - table["plane_year"]
    table["engine"] = table["engine"].fillna("unknown")
    table["wind_gust"] = table["wind_gust"].fillna(table["wind_speed"])
    table[LATE] = (table["arr_delay"] > arguments.late_minutes).astype(int)

    order = [TIME, "carrier", "flight", "origin", "sched_dep_time"]
    table = table.sort_values(order, kind="stable")[[TIME, *CATEGORIES, *NUMBERS, LATE]]
    table.to_csv(arguments.out, index=False, lineterminator="\n")
    print(f"rows={len(table)}")
    print(f"left_out={len(flights) - len(arrived)}")
    print(f"late_share={table[LATE].mean():.6f}")


if __name__ == "__main__":
    main()
