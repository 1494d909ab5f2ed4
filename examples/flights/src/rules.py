"""What a row of each table must look like: the schema that validate.py checks.

A column is Integer, Number or Text; `required` forbids NA. `unique` names the columns that
together tell the rows apart.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Integer:
    minimum: int
    maximum: int
    required: bool = True


@dataclass(frozen=True)
class Number:
    minimum: float
    maximum: float
    required: bool = True


@dataclass(frozen=True)
class Text:
    pattern: str = r".+"
    required: bool = True


@dataclass(frozen=True)
class Table:
    columns: dict
    unique: list = field(default_factory=list)


AIRPORT = Text(r"[A-Z]{3}")
NEW_YORK = Text(r"EWR|JFK|LGA")
HOUR = Text(r"\d{4}-\d\d-\d\dT\d\d:00:00Z")

FLIGHTS = Table(
    columns={
        "year": Integer(2013, 2013),
        "month": Integer(1, 12),
        "day": Integer(1, 31),
        "dep_time": Integer(1, 2400, required=False),
        "sched_dep_time": Integer(1, 2400),
        "dep_delay": Integer(-120, 2880, required=False),
        "arr_time": Integer(1, 2400, required=False),
        "sched_arr_time": Integer(1, 2400),
        "arr_delay": Integer(-180, 2880, required=False),
        "carrier": Text(r"[A-Z0-9]{2}"),
        "flight": Integer(1, 9999),
        "tailnum": Text(r"[A-Z0-9]{3,7}", required=False),
        "origin": NEW_YORK,
        "dest": AIRPORT,
        "air_time": Integer(1, 1440, required=False),
        "distance": Integer(10, 6000),
        "hour": Integer(0, 24),
        "minute": Integer(0, 59),
        "time_hour": HOUR,
    },
    unique=["year", "month", "day", "sched_dep_time", "carrier", "flight", "origin", "dest"],
)

WEATHER = Table(
    columns={
        "origin": NEW_YORK,
        "year": Integer(2013, 2013),
        "month": Integer(1, 12),
        "day": Integer(1, 31),
        "hour": Integer(0, 23),
        "temp": Number(-40, 130, required=False),
        "dewp": Number(-60, 100, required=False),
        "humid": Number(0, 100, required=False),
        "wind_dir": Integer(0, 360, required=False),
        "wind_speed": Number(0, 2000, required=False),
        "wind_gust": Number(0, 2000, required=False),
        "precip": Number(0, 20),
        "pressure": Number(900, 1100, required=False),
        "visib": Number(0, 100),
        "time_hour": HOUR,
    },
    unique=["origin", "time_hour"],
)

PLANES = Table(
    columns={
        "tailnum": Text(r"[A-Z0-9]{3,7}"),
        "year": Integer(1940, 2013, required=False),
        "type": Text(),
        "manufacturer": Text(),
        "model": Text(),
        "engines": Integer(1, 8),
        "seats": Integer(1, 900),
        "speed": Integer(1, 1000, required=False),
        "engine": Text(),
    },
    unique=["tailnum"],
)

TABLES = {"flights": FLIGHTS, "weather": WEATHER, "planes": PLANES}
