#!/usr/bin/env python3
"""An independent computation of backtests over data/creators_2026/daily.csv.gz, to compare with the program's own.

It shares nothing with the program but the sentences of the design. The table has the last statement of each day, so a
total or a level is known at a midnight exactly where the day before has a number. The increase of a total over N days is
the mark at its end minus the mark at its start; a level over N days is the mark at its end. `own(x)` is the median over
earlier windows of the same length that do not overlap, as many as fit into its length, all of it inside the history,
absent ones skipped, at least one left; `prev(x)` is the window before. `for = "K windows"` wants the condition in each of
the last K windows (they do not overlap), with `own` taken over those before the first. A rule over N days is judged at
every midnight. A fire within the cooldown (inclusive) of the last fire of the same creator is left out. A fall against
`own` was wrong where the mean of the next seven windows, absent ones skipped, is at least `own`.

    backtest_daily.py DATA RULES.json

RULES.json is [{"column", "level", "days", "when": "own" | "prev", "factor", "floor", "own", "k", "cooldown_hours",
"absent": ["2026-06-24"]}]; the dates in `absent` are midnights without a mark. Prints [{"fires": [{"subject", "at",
"outcome"}]}]. Standard library only.
"""

import csv
import datetime
import gzip
import json
import os
import statistics
import sys

EPOCH = datetime.date(1970, 1, 1)


def day_number(text):
    return (datetime.date.fromisoformat(text) - EPOCH).days


def written(day):
    return (EPOCH + datetime.timedelta(days=day)).isoformat() + "T00:00:00Z"


def table(folder):
    """Per column and creator: midnight (day number) to value."""
    columns = {}
    last = 0
    with gzip.open(os.path.join(folder, "daily.csv.gz"), "rt", newline="") as handle:
        for row in csv.DictReader(handle):
            midnight = day_number(row["date"]) + 1
            last = max(last, midnight)
            for column in ("yt_total_views", "yt_subscribers", "twitch_followers"):
                cell = row[column]
                if cell not in ("", "-1", "GONE"):
                    columns.setdefault(column, {}).setdefault(row["creator"], {})[midnight] = int(cell)
    return columns, last


class Seen:
    """What one rule sees of one creator."""

    def __init__(self, rule, marks):
        self.rule = rule
        # A history begins with its first statement, in the last second of a day.
        self.begins = min(marks)
        absent = {day_number(date) for date in rule.get("absent", [])}
        self.marks = {midnight: value for midnight, value in marks.items() if midnight not in absent}

    def over(self, end):
        """The value of the window that ends at this midnight; None where it is absent."""
        if end not in self.marks:
            return None
        if self.rule["level"]:
            return self.marks[end]
        start = end - self.rule["days"]
        return None if start not in self.marks else self.marks[end] - self.marks[start]

    def own(self, first_end):
        """The median of the windows before the one that ends here."""
        days, length = self.rule["days"], self.rule["own"]
        start = first_end - days
        if start - length < self.begins:
            return None
        ends = [start - days * n for n in range(length // days)]
        values = [value for value in map(self.over, ends) if value is not None]
        return statistics.median(values) if values else None

    def holds(self, end, first_end):
        """True, False, or None where it cannot be known."""
        value = self.over(end)
        if self.rule["when"] == "prev":
            before = self.over(end - self.rule["days"])
            if value is None or before is None:
                return None
            return value < self.rule["factor"] * before
        own = self.own(first_end)
        if own is None:
            return None
        if own < self.rule["floor"]:
            return False
        return None if value is None else value < self.rule["factor"] * own

    def outcome(self, end, first_end, last):
        if self.rule["when"] != "own":
            return "open"
        days = self.rule["days"]
        own = self.own(first_end)
        ends = [end + days * n for n in range(1, 8)]
        after = [value for value in map(self.over, ends) if value is not None]
        if ends[-1] > last or not after:
            return "open"
        return "wrong" if statistics.fmean(after) >= own else "right"


def fires(rule, columns, last):
    days, k = rule["days"], rule["k"]
    found = []
    for creator, marks in columns[rule["column"]].items():
        seen = Seen(rule, marks)
        rested = None
        for end in range(min(marks), last + 1):
            first_end = end - days * (k - 1)
            if not all(seen.holds(end - days * n, first_end) is True for n in range(k)):
                continue
            if rested is not None and (end - rested) * 24 <= rule["cooldown_hours"]:
                continue
            rested = end
            found.append({"subject": f"creator/{creator}", "at": written(end), "outcome": seen.outcome(end, first_end, last)})
    found.sort(key=lambda fire: (fire["subject"], fire["at"]))
    return {"fires": found}


def main():
    with open(sys.argv[2]) as handle:
        rules = json.load(handle)
    columns, last = table(sys.argv[1])
    print(json.dumps([fires(rule, columns, last) for rule in rules]))


if __name__ == "__main__":
    main()
