# one file, one table of columns: least squares on the log price, only numpy and the csv module
import csv
import json
import math
import re
import sys
from datetime import datetime

import numpy as np

UNKNOWN = ("", "na", "n/a", "-", "?", "unknown")
GRADES = ["poor", "fair", "good", "excellent"]


def load(filename):
    rows = []
    seen = set()
    with open(filename, encoding="latin-1", newline="") as handle:
        for record in csv.DictReader(handle):
            key = record["id"].strip()
            if key in seen:
                continue
            seen.add(key)
            rows.append(tidy(record))
    return rows


def tidy(record):
    out = {"id": record["id"].strip()}
    for field, value in record.items():
        value = (value or "").strip()
        if field == "id":
            continue
        if value.lower() in UNKNOWN:
            out[field] = None
        elif field in ("size", "lot_size"):
            out[field] = area(value)
        elif field == "listed_on":
            out[field] = year_of(value)
        elif field == "location":
            out[field] = "".join(c for c in value.lower() if "a" <= c <= "z")
        elif field == "condition":
            out[field] = GRADES.index(value.lower()) if value.lower() in GRADES else None
        elif field == "energy_label":
            out[field] = "ABCDEFG".find(value.upper()[-1])
        else:
            try:
                out[field] = float(value)
            except ValueError:
                out[field] = None
    return out


def area(value):
    match = re.match(r"[\d.]+", value)
    if match is None:
        return None
    metres = float(match.group())
    if "ft" in value.lower():
        metres = metres * 0.092903
    return metres


def year_of(value):
    for pattern in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            moment = datetime.strptime(value, pattern)
        except ValueError:
            continue
        return moment.year + (moment.timetuple().tm_yday - 1) / 365
    return None


PLAIN = ["size", "rooms", "condition", "lot_size", "distance_km", "energy_label"]


def middle(values):
    known = sorted(v for v in values if v is not None)
    return known[len(known) // 2] if known else 0.0


def columns_of(row, state):
    fill = state["fill"]
    get = lambda field: row.get(field) if row.get(field) is not None else fill[field]
    when = get("listed_on")
    age = when - get("year_built")
    yield "listed_on", when - 2021
    yield "listed_on", math.sin(6.283 * when)
    yield "listed_on", math.cos(6.283 * when)
    yield "year_built", age
    yield "year_built", age * age / 100
    yield "year_built", max(0, age - 40)
    for field in PLAIN:
        x = max(get(field), 0.01)
        yield field, x
        yield field, math.log(x + 1)
    for place in state["places"]:
        yield "location", 1.0 if row.get("location") == place else 0.0


def matrix(rows, state):
    names = [name for name, _ in columns_of(rows[0], state)]
    return names, np.array([[x for _, x in columns_of(row, state)] for row in rows])


def train(data, model):
    rows = [r for r in load(data) if r["price"] and r["size"]]
    rows = [r for r in rows if r["size"] < 300 and r["price"] < 12000 * r["size"]]
    state = {
        "places": sorted({r["location"] for r in rows if r["location"]}),
        "fill": {f: middle(r[f] for r in rows) for f in PLAIN + ["listed_on", "year_built"]},
    }
    _, X = matrix(rows, state)
    y = np.log([r["price"] for r in rows])
    mean, spread = X.mean(0), X.std(0)
    spread[spread == 0] = 1
    Z = (X - mean) / spread
    A = Z.T @ Z + 2.0 * np.eye(Z.shape[1])
    weights = np.linalg.solve(A, Z.T @ (y - y.mean()))
    state.update(mean=list(mean), spread=list(spread), weights=list(weights), base=y.mean())
    with open(model, "w") as handle:
        json.dump(state, handle)


def effects(model, source):
    with open(model) as handle:
        state = json.load(handle)
    rows = load(source)
    names, X = matrix(rows, state)
    return rows, names, (X - state["mean"]) / state["spread"] * state["weights"], state["base"]


def predict(model, source, target):
    rows, _, parts, base = effects(model, source)
    with open(target, "w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["id", "price"])
        for row, total in zip(rows, parts.sum(1)):
            writer.writerow([row["id"], math.exp(base + total)])


def explain(model, source, target):
    rows, names, parts, base = effects(model, source)
    shown = list(dict.fromkeys(names))
    with open(target, "w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["id", "scale", "base"] + shown)
        for row, line in zip(rows, parts):
            sums = dict.fromkeys(shown, 0.0)
            for name, x in zip(names, line):
                sums[name] += x
            writer.writerow([row["id"], "log_price", base] + [sums[name] for name in shown])


if __name__ == "__main__":
    {"train": train, "predict": predict, "explain": explain}[sys.argv[1]](*sys.argv[2:])
