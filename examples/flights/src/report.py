"""Draws the report: one HTML file that needs nothing else, and the numbers of it as JSON."""

import argparse
import html
import io
import json

import matplotlib

matplotlib.use("svg")
# Names inside the drawing come from this salt, not from chance, so that equal data give equal bytes.
matplotlib.rcParams["svg.hashsalt"] = "flights"

import matplotlib.pyplot as plt  # noqa: E402
import pandas as pd  # noqa: E402
from columns import LATE  # noqa: E402

SHOWN = ["auc", "average_precision", "log_loss", "brier"]

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em;
       color: #222; background: #fff; }
table { border-collapse: collapse; } th, td { padding: .3em .8em; border-bottom: 1px solid #ddd; }
td { text-align: right; } td:first-child, th:first-child { text-align: left; }
tr.best { font-weight: bold; background: #eef6ee; } svg { max-width: 100%; height: auto; }
"""


def drawing(figure):
    """The figure as SVG text without a date, to stand inside the page."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None}, bbox_inches="tight")
    plt.close(figure)
    svg = text.getvalue()
    return svg[svg.index("<svg") :]


def draw_roc(candidates, best):
    figure, axes = plt.subplots(figsize=(6, 5))
    for candidate in candidates:
        is_best = candidate["name"] == best["name"]
        axes.plot(
            candidate["roc"]["false_positive"],
            candidate["roc"]["true_positive"],
            linewidth=2.5 if is_best else 1,
            label=f"{candidate['name']} ({candidate['auc']:.3f})",
        )
    axes.plot([0, 1], [0, 1], color="grey", linestyle=":")
    axes.set(xlabel="share of false alarms", ylabel="share of late flights found")
    axes.legend(title="model (AUC)")
    return drawing(figure)


def draw_calibration(best):
    figure, axes = plt.subplots(figsize=(6, 5))
    predicted, observed = best["calibration"]["predicted"], best["calibration"]["observed"]
    top = max(predicted + observed) * 1.05
    axes.plot([0, top], [0, top], color="grey", linestyle=":")
    axes.plot(predicted, observed, marker="o")
    axes.set(xlabel="predicted share of late flights", ylabel="observed share")
    return drawing(figure)


def draw_late_share(table, by, label):
    shares = table.groupby(by)[LATE].mean()
    figure, axes = plt.subplots(figsize=(9, 3.5))
    axes.bar([str(value) for value in shares.index], shares.to_numpy())
    axes.set(xlabel=label, ylabel="share of late flights")
    return drawing(figure)


def table_of(candidates, best):
    head = "".join(f"<th>{name.replace('_', ' ')}</th>" for name in ["name", *SHOWN])
    rows = []
    for candidate in sorted(candidates, key=lambda one: (-one["auc"], one["name"])):
        mark = ' class="best"' if candidate["name"] == best["name"] else ""
        cells = "".join(f"<td>{candidate[name]:.4f}</td>" for name in SHOWN)
        rows.append(f"<tr{mark}><td>{html.escape(candidate['name'])}</td>{cells}</tr>")
    return f"<table><tr>{head}</tr>{''.join(rows)}</table>"


def read_json(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--features", required=True)
    parser.add_argument("--candidates", nargs="+", required=True, help="metrics of every model")
    parser.add_argument("--best", required=True, help="metrics of the selected model")
    parser.add_argument("--late-minutes", type=int, required=True)
    parser.add_argument("--rows", type=int, required=True, help="flights before any was left out")
    parser.add_argument("--html", required=True)
    parser.add_argument("--metrics", required=True)
    arguments = parser.parse_args()

    table = pd.read_csv(arguments.features)
    table["hour"] = table["minute_of_day"] // 60
    candidates = [read_json(path) for path in arguments.candidates]
    best = read_json(arguments.best)
    left_out = arguments.rows - len(table)
    page = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Late arrivals</title>
<style>{STYLE}</style></head><body>
<h1>Late arrivals from New York, 2013</h1>
<p>{arguments.rows:,} flights; {left_out:,} were cancelled or diverted and are left out. A flight is
late when it arrives more than {arguments.late_minutes} minutes behind schedule:
{table[LATE].mean():.1%} of all, {best["late_share"]:.1%} of the {best["flights"]:,} latest ones, on
which the models are tested.</p>
<h2>Models</h2>
{table_of(candidates, best)}
<h2>Finding late flights</h2>
{draw_roc(candidates, best)}
<h2>Can the chance be trusted? ({html.escape(best["name"])})</h2>
{draw_calibration(best)}
<h2>When and with whom</h2>
{draw_late_share(table, "hour", "hour of scheduled departure")}
{draw_late_share(table, "carrier", "carrier")}
</body></html>
"""
    with open(arguments.html, "w", encoding="utf-8") as file:
        file.write(page)
    numbers = {name: best[name] for name in SHOWN}
    numbers |= {"flights": arguments.rows, "left_out": left_out, "candidates": len(candidates)}
    with open(arguments.metrics, "w", encoding="utf-8") as file:
        json.dump(numbers, file, indent=1, sort_keys=True)
        file.write("\n")


if __name__ == "__main__":
    main()
