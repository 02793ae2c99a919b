#!/usr/bin/env python3
"""An independent computation of two backtests over data/creators_2026, to compare with the program's own.

It shares nothing with the program but the sentences of the design: the increase of a total over a UTC day is its last
statement at or before the end minus its last statement at or before the start, each no older than one day before its
boundary, else absent; `own` is the median over the creator's own earlier days, their whole span inside the creator's
history, absent days skipped, at least one left; `for = "K windows"` wants the condition in each of the last K days,
with `own` taken over the days before the first of them.

Standard library only. It walks the calendar creator by creator over plain dictionaries and lists.

    backtest_reference.py fall DATA [--source polls|daily] [--factor 0.25] [--floor 100] [--own 7] [--for 1,2]
                               [--absent 2026-06-23,2026-06-24]
    backtest_reference.py incidents DATA [the same]
    backtest_reference.py halved DATA [--disbelieve 532] [--from POLL] [--until POLL]

`fall` prints [{"for", "absent", "judged", "fires": [{"subject", "at", "outcome"}]}], each K once with nothing absent and,
where dates are given, once with them absent (what the guards come to). `halved` prints the same for
`followers@twitch < 0.5 * prev(followers@twitch)` over one hour, judged at each poll, without and with the disbelieved.
`incidents` prints, with the dates absent, what becomes of the same condition live: [{"for", "incidents": [{"subject",
"opened", "resolved"}]}]. One opens when the condition is known to hold in each of the last K days and none is open; it
is over when the condition is known not to hold in each of the last K days. What is absent changes nothing, except that
a median below the floor settles the matter whatever else is absent.
"""

import argparse
import csv
import datetime
import gc
import gzip
import json
import os
import statistics

UTC = datetime.timezone.utc
DAY = 86_400
HOUR = 3_600


def seconds(text):
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def written(stamp):
    return datetime.datetime.fromtimestamp(stamp, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def rows(folder, name):
    path = os.path.join(folder, name)
    opened = gzip.open(path, "rt", newline="") if name.endswith(".gz") else open(path, newline="")
    with opened as handle:
        yield from csv.DictReader(handle)


def number(cell):
    """A count, or None for empty (not reported), -1 (hidden) and GONE (removed)."""
    if cell in ("", "GONE"):
        return None
    value = int(cell)
    return None if value < 0 else value


def statements(folder, column):
    """Per creator a dictionary from the time of observation to the value that was known last for that time.

    Every poll states every creator that is not gone; `changes` has the rows that differ from the poll before.
    """
    changed = {}
    for row in rows(folder, "changes.csv.gz"):
        changed.setdefault(int(row["poll"]), []).append((row["creator"], row))
    now = {}
    said = {}
    for poll in sorted(rows(folder, "polls.csv"), key=lambda row: int(row["poll"])):
        for creator, row in changed.get(int(poll["poll"]), ()):
            gone = "GONE" in (row["yt_subscribers"], row["twitch_followers"], row["yt_total_views"])
            now[creator] = None if gone else number(row[column])
        at = seconds(poll["poll_time"])
        for creator, value in now.items():
            # A time stamp that repeats with other content: the newest word wins. One that no longer says a number
            # does not take back what was said for that time.
            if value is not None:
                said.setdefault(creator, {})[at] = value
    return said


def marks_from_polls(folder):
    """Per creator: when its history begins, and the total in force at each midnight (day number -> value)."""
    for creator, by_time in statements(folder, "yt_total_views").items():
        times = sorted(by_time)
        marks = {}
        place = 0
        for day in range(times[0] // DAY, times[-1] // DAY + 2):
            midnight = day * DAY
            while place < len(times) and times[place] <= midnight:
                place += 1
            if place and midnight - times[place - 1] <= DAY:
                marks[day] = by_time[times[place - 1]]
        yield creator, times[0], marks


def marks_from_days(folder):
    """The same from the table of last polls of each day. It does not say when in its first day a history began."""
    table = {}
    for row in rows(folder, "daily.csv.gz"):
        value = number(row["yt_total_views"])
        if value is not None:
            midnight = seconds(row["date"] + "T00:00:00Z") // DAY + 1
            table.setdefault(row["creator"], {})[midnight] = value
    for creator, marks in table.items():
        yield creator, min(marks) * DAY - 1, marks


def outcome(views, day, own, end):
    """A fall is wrong when the mean of the next seven days, absent ones skipped, is at least what it fell against."""
    after = [views[ahead] for ahead in range(day + 1, day + 8) if ahead in views]
    if day + 7 >= end or not after:
        return "open"
    return "wrong" if statistics.fmean(after) >= own else "right"


def falls(options):
    last_poll = max(seconds(row["poll_time"]) for row in rows(options.data, "polls.csv"))
    # A day is judged when it is over; the last poll comes a minute before its midnight.
    end = -(-last_poll // DAY)
    marks_of = marks_from_polls if options.source == "polls" else marks_from_days
    creators = list(marks_of(options.data))
    dates = [date for date in options.absent.split(",") if date]
    return [
        {"for": k, "absent": absent, **fall(creators, end, k, absent, options)}
        for k in (int(k) for k in options.k.split(","))
        for absent in ([], dates)[: 2 if dates else 1]
    ]


def fall(creators, end, k, dates, options):
    absent = {seconds(date + "T00:00:00Z") // DAY for date in dates}
    fires = []
    judged = 0
    for creator, begins, marks in creators:
        views = {
            day: marks[day + 1] - marks[day]
            for day in marks
            if day + 1 in marks and day not in absent
        }
        for day in range(begins // DAY, end):
            run = range(day - k + 1, day + 1)
            earlier = range(run[0] - options.own, run[0])
            if earlier[0] * DAY < begins:
                continue
            sample = [views[d] for d in earlier if d in views]
            if not sample or any(d not in views for d in run):
                continue
            judged += 1
            own = statistics.median(sample)
            if own >= options.floor and all(views[d] < options.factor * own for d in run):
                fires.append(
                    {
                        "subject": f"creator/{creator}",
                        "at": written((day + 1) * DAY),
                        "outcome": outcome(views, day, own, end),
                    }
                )
    fires.sort(key=lambda fire: (fire["subject"], fire["at"]))
    return {"judged": judged, "fires": fires}


def incidents(options):
    last_poll = max(seconds(row["poll_time"]) for row in rows(options.data, "polls.csv"))
    end = -(-last_poll // DAY)
    creators = list(marks_from_polls(options.data))
    dates = {seconds(date + "T00:00:00Z") // DAY for date in options.absent.split(",") if date}
    order = lambda one: (one["subject"], one["opened"])
    return [
        {"for": k, "incidents": sorted(lives(creators, end, k, dates, options), key=order)}
        for k in (int(k) for k in options.k.split(","))
    ]


def lives(creators, end, k, absent, options):
    for creator, begins, marks in creators:
        views = {day: marks[day + 1] - marks[day] for day in marks if day + 1 in marks and day not in absent}
        opened = None
        for day in range(begins // DAY, end):
            run = range(day - k + 1, day + 1)
            earlier = range(run[0] - options.own, run[0])
            sample = [views[d] for d in earlier if d in views] if earlier[0] * DAY >= begins else []
            own = statistics.median(sample) if sample else None
            words = [holds(views.get(d), own, options) for d in run]
            if opened is None and all(word is True for word in words):
                opened = day
            elif opened is not None and all(word is False for word in words):
                yield life(creator, opened, day)
                opened = None
        if opened is not None:
            yield life(creator, opened, None)


def holds(views, own, options):
    """True, False, or None where it cannot be known."""
    if own is None:
        return None
    if own < options.floor:
        return False
    return None if views is None else views < options.factor * own


def life(creator, opened, resolved):
    ends = [None if day is None else written((day + 1) * DAY) for day in (opened, resolved)]
    return {"subject": f"creator/{creator}", "opened": ends[0], "resolved": ends[1]}


def halved(options):
    polls = [(int(row["poll"]), seconds(row["poll_time"])) for row in rows(options.data, "polls.csv")]
    ends = sorted({at for poll, at in polls if options.first <= poll <= options.last})
    said = statements(options.data, "twitch_followers")
    doubted = {at for poll, at in polls if str(poll) in options.disbelieve.split(",")}
    return [
        {"for": 1, "absent": sorted(written(at) for at in disbelieved), "fires": halvings(said, ends, disbelieved)}
        for disbelieved in (set(), doubted)[: 2 if doubted else 1]
    ]


def halvings(said, ends, disbelieved):
    fires = []
    for creator, by_time in said.items():
        believed = sorted(
            (at, value)
            for at, value in by_time.items()
            if at not in disbelieved and ends[0] - 2 * DAY <= at <= ends[-1]
        )

        def level(instant):
            known = [value for at, value in believed if instant - DAY <= at <= instant]
            return known[-1] if known else None

        for end in ends:
            now, before = level(end), level(end - HOUR)
            if now is not None and before is not None and now < 0.5 * before:
                fires.append({"subject": f"creator/{creator}", "at": written(end), "outcome": "open"})
    fires.sort(key=lambda fire: (fire["subject"], fire["at"]))
    return fires


def main():
    parser = argparse.ArgumentParser(description="independent backtests over data/creators_2026")
    commands = parser.add_subparsers(required=True)
    for name, run in (("fall", falls), ("incidents", incidents)):
        fall = commands.add_parser(name)
        fall.add_argument("data")
        fall.add_argument("--source", choices=("polls", "daily"), default="polls")
        fall.add_argument("--factor", type=float, default=0.25)
        fall.add_argument("--floor", type=float, default=100)
        fall.add_argument("--own", type=int, default=7)
        fall.add_argument("--for", dest="k", default="1")
        fall.add_argument("--absent", default="")
        fall.set_defaults(run=run)
    half = commands.add_parser("halved")
    half.add_argument("data")
    half.add_argument("--disbelieve", default="")
    half.add_argument("--from", dest="first", type=int, default=1)
    half.add_argument("--until", dest="last", type=int, default=10**9)
    half.set_defaults(run=halved)
    options = parser.parse_args()
    # Millions of small objects, none of them in a circle.
    gc.disable()
    print(json.dumps(options.run(options)))


if __name__ == "__main__":
    main()
