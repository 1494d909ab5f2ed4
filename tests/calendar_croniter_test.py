"""The calendar says what croniter 7 says, and what Python's zoneinfo says.

Thousands of expressions are drawn (GEARTRAIN_SEED repeats them; GEARTRAIN_LONG=1 draws ten times as
many). The forms on which we differ by decision (docs/adr/0010) are never drawn, see `Draw`; what those do is
tested beside the code. Schedules in time zones are compared where no change of the clocks is near: at changes
croniter has no policies to choose from.
"""

import datetime
import os
import random
import re
import subprocess
import unittest
import zoneinfo
from pathlib import Path
from typing import NamedTuple

import geartrain_binary
from python_packages import environment_of

TESTS = Path(__file__).resolve().parent
REQUIREMENTS = TESTS / "croniter_requirements.txt"
SEED = int(os.environ.get("GEARTRAIN_SEED") or 20_240_331)
LARGE = 10 if os.environ.get("GEARTRAIN_LONG") == "1" else 1
COUNT = 5
DAY = 24 * 60 * 60
ZONES = [
    "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Tokyo", "Australia/Lord_Howe",
    "America/Sao_Paulo", "Pacific/Apia", "Africa/Casablanca", "Asia/Kathmandu",
]  # fmt: skip


def build_folder():
    return Path(geartrain_binary.path()).parent


def probe(kind, questions):
    program = build_folder() / "tests/calendar_probe"
    if not program.exists():
        raise unittest.SkipTest("this build has no program calendar_probe")
    return answers([program, kind], questions)


def answers(command, questions):
    text = "".join("\t".join(str(word) for word in question) + "\n" for question in questions)
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=1200)
    lines = done.stdout.splitlines()
    if done.returncode != 0 or len(lines) != len(questions):
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return lines


class Field(NamedTuple):
    text: str
    kind: str = "plain"  # or "any", what restricts nothing, or "special"
    values: frozenset = frozenset()


class Draw:
    """Draws expressions that mean the same to both. Not drawn are:

    - `5-5`, which croniter takes for the whole field (its README, "Note about Ranges");
    - steps in ranges that go over the end of a field, `22-4/5`: croniter miscounts them by one
      (pallets-eco/croniter#268);
    - steps longer than the field, which we refuse;
    - `31W` and `L-3`, `LW`, `5L`, `W`: it moves a day that a month does not have to its last one, and
      does not know the others; `15W` in lists and `fri#2` beside plain days, which it refuses;
    - `#`, `L5` or `15W` with both day fields restricted: it then wants both to hold (_calc_next says
      so, its test_issue_k33 pins it), we want either, as everywhere;
    - a restricted day field that has all values while the other one has a `*/`: croniter takes it
      for `*` (its LEN_MEANS_ALL), as if the two spellings of a list differed.
    """

    MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
    DAYS = "sun mon tue wed thu fri sat".split()

    def __init__(self, seed):
        self.random = random.Random(seed)

    def value(self, low, high, names):
        number = self.random.randint(low, high)
        spellings = [str(number), f"{number:02}"]
        if names and number - low < len(names):
            name = names[number - low]
            spellings += [name, name.upper(), name.title()]
        return number, self.random.choice(spellings)

    def item(self, low, high, names):
        """The text and the set of values that it names."""
        size = 7 if names == self.DAYS else high - low + 1
        first, text = self.value(low, high, names)
        step = self.random.randint(1, self.random.choice([size - 1, max(1, size // 4)]))
        kind = self.random.choice(["value", "value", "range", "range/step", "open/step", "*/step"])
        if kind == "*/step":
            return f"*/{step}", self.values(low, size, low, size - 1, step)
        if kind == "open/step":
            return f"{text}/{step}", self.values(low, size, first, size - 1 - (first - low) % size, step)
        last, end = self.value(low, high, names)
        distance = (last - first) % size
        if kind == "value" or distance == 0:
            return text, {(first - low) % size}
        if kind == "range" or last < first:
            return f"{text}-{end}", self.values(low, size, first, distance, 1)
        return f"{text}-{end}/{step}", self.values(low, size, first, distance, step)

    def values(self, low, size, first, distance, step):
        return {(first - low + one) % size for one in range(0, distance + 1, step)}

    def field(self, low, high, names=(), special=None):
        drawn = self.random.random()
        if drawn < 0.35:
            return Field("*", "any")
        if special and drawn < 0.55:
            return special()
        items = [self.item(low, high, names) for _ in range(self.random.choice([1, 1, 1, 2, 3]))]
        texts = [text for text, _ in items]
        if drawn > 0.98:
            return Field(",".join(["*", *texts]), "any")
        return Field(",".join(texts), values=frozenset().union(*(values for _, values in items)))

    def special_day(self):
        day = self.random.randint(1, 28)
        plain = [Field("L"), Field("l"), Field(f"{day},L"), Field("?", "any")]
        return self.random.choice([*plain, Field(f"{day}W", "special"), Field(f"w{day}", "special")])

    def special_weekday(self):
        number, week = self.random.randint(0, 7), self.random.randint(1, 5)
        name = self.random.choice([str(number), self.DAYS[number % 7]])
        special = [f"L{number}", f"{name}#{week}", f"{name}#{week},L{number}"]
        return self.random.choice([Field("?", "any"), *(Field(one, "special") for one in special)])

    def days(self):
        while True:
            day = self.field(1, 31, special=self.special_day)
            weekday = self.field(0, 7, self.DAYS, self.special_weekday)
            kinds = {day.kind, weekday.kind}
            full = (len(day.values) == 31 and "*" in weekday.text) or (
                len(weekday.values) == 7 and "*" in day.text
            )
            if "any" in kinds or not (full or "special" in kinds):
                return day.text, weekday.text

    def expression(self):
        if self.random.random() < 0.02:
            return "@" + self.random.choice("yearly annually monthly weekly daily midnight hourly".split())
        day, weekday = self.days()
        minute, hour, month = self.field(0, 59), self.field(0, 23), self.field(1, 12, self.MONTHS)
        return " ".join([minute.text, hour.text, day, month.text, weekday])


class CroniterTest(unittest.TestCase):
    def setUp(self):
        self.croniter = [environment_of(REQUIREMENTS) / "bin/python", TESTS / "croniter_answers.py"]
        self.draw = Draw(SEED)

    def differences(self, kind, questions, is_left_out=lambda question, answer: False):
        ours = probe(kind, questions)
        theirs = answers([*self.croniter, kind], questions)
        compared, wrong = 0, []
        for question, our, their in zip(questions, ours, theirs, strict=True):
            if is_left_out(question, our) or is_left_out(question, their):
                continue
            compared += 1
            both_never = "it never fires" in our and "CroniterBadDateError" in their
            if our != their and not both_never:
                wrong.append(f"{question}\n  ours   {our}\n  theirs {their}")
        print(f"{kind}: {compared} compared, {len(wrong)} differ (GEARTRAIN_SEED={SEED})")
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong[:10]))
        return compared

    def test_wall_clock_minutes_are_those_of_croniter(self):
        questions = [
            (self.draw.expression(), self.draw.random.randrange(60 * 365 * 24 * 60), COUNT)
            for _ in range(4000 * LARGE)
        ]
        self.assertEqual(self.differences("cron", questions), len(questions))

    def test_instants_away_from_changes_are_those_of_croniter(self):
        questions = []
        while len(questions) < 1500 * LARGE:
            zone, second = self.draw.random.choice(ZONES), self.draw.random.randrange(2**31)
            questions.append((self.draw.expression(), zone, second, COUNT))
        compared = self.differences("schedule", questions, is_near_a_change)
        self.assertGreater(compared, len(questions) // 2)


def is_near_a_change(question, answer):
    """Whether the clocks are changed within three days of the question or a time in the answer."""
    zone = zoneinfo.ZoneInfo(question[1])
    seconds = [question[2], *(int(number) // 1_000_000 for number in re.findall(r"-?\d{7,}", answer))]
    return any(offset(zone, one - 3 * DAY) != offset(zone, one + 3 * DAY) for one in seconds)


def offset(zone, second):
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    shown = (epoch + datetime.timedelta(seconds=second)).astimezone(zone)
    return int(shown.utcoffset().total_seconds())


class ZoneTest(unittest.TestCase):
    def test_clocks_show_what_zoneinfo_says(self):
        names = zone_names()
        draw = random.Random(SEED)
        questions = [
            (name, draw.randrange(-3 * 10**9, 13 * 10**9)) for name in names for _ in range(20 * LARGE)
        ]
        wrong = []
        for (name, second), shown in zip(questions, probe("zone", questions), strict=True):
            expected = second + offset(zoneinfo.ZoneInfo(name), second)
            if shown != str(expected):
                wrong.append(f"{name} at {second}: {shown}, not {expected}")
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong[:10]))


def zone_names():
    """Those that the machine has itself: zoneinfo also knows a package of Python."""
    machine = Path("/usr/share/zoneinfo")
    names = [one for one in sorted(zoneinfo.available_timezones()) if (machine / one).is_file()]
    names = [one for one in names if one not in ("Factory", "localtime")]
    if not names:
        raise unittest.SkipTest("this machine has no time zones")
    return names


if __name__ == "__main__":
    unittest.main()
