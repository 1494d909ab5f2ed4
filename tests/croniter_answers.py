"""What croniter says, in the form of tests/calendar_probe.cpp; runs where croniter is installed.

    croniter_answers.py cron      "EXPRESSION<tab>MINUTE<tab>COUNT" a line
    croniter_answers.py schedule  "EXPRESSION<tab>ZONE<tab>SECOND<tab>COUNT" a line
"""

import datetime
import sys
import zoneinfo

from croniter import croniter

EPOCH = datetime.datetime(1970, 1, 1)


def both_ways(expression, start, count, number_of):
    ways = []
    for step in [croniter.get_next, croniter.get_prev]:
        times = croniter(expression, start)
        ways.append(" ".join(str(number_of(step(times, datetime.datetime))) for _ in range(count)))
    return "|".join(ways)


def cron(expression, minute, count):
    start = EPOCH + datetime.timedelta(minutes=int(minute))
    return both_ways(expression, start, int(count), lambda time: (time - EPOCH) // datetime.timedelta(minutes=1))


def schedule(expression, zone, second, count):
    start = datetime.datetime.fromtimestamp(int(second), zoneinfo.ZoneInfo(zone))
    return both_ways(expression, start, int(count), lambda time: int(time.timestamp()) * 1_000_000)


def main():
    answer = {"cron": cron, "schedule": schedule}[sys.argv[1]]
    for line in sys.stdin:
        try:
            print(answer(*line.rstrip("\n").split("\t")))
        except ValueError as refused:
            print(f"error: {type(refused).__name__}: {refused}")


if __name__ == "__main__":
    main()
