"""The columns of the feature table: what a model may know before departure, and the answer."""

TIME = "time_hour"
LATE = "late"

CATEGORIES = ["carrier", "origin", "dest", "engine"]
NUMBERS = [
    "day_of_week",
    "minute_of_day",
    "arrival_minute_of_day",
    "flights_that_hour",
    "distance",
    "seats",
    "plane_age_years",
    "temp",
    "dewp",
    "humid",
    "wind_speed",
    "wind_gust",
    "precip",
    "pressure",
    "visib",
]
