#!/usr/bin/env python3
"""An independent computation of how views fade over data/creators_2026, to compare with the program's own.

It shares nothing with the program but the sentences of its documentation: with the half-life h the share of a post's views
that is there by age t is 1 - 2^(-t/h); of what was seen by the last age T, the part between two ages is likely in
proportion to the difference of those shares, divided by the share at T; each post counts as three draws; ln h has a normal
prior around a given middle. Here the highest place is found by walking a fine grid, post by post over the raw polls.

Beside it, without any curve: the run-off triangle. Ages are cut into steps; the factor from one step to the next is the sum
of all posts' views at the later age over the sum at the earlier one, each post weighed alike and only where both are known;
backwards from the last age these give the share that is there by each, and the age at which it passes one half.

Standard library only.

    decay_reference.py DATA PLATFORM MIDDLE_HOURS SD      prints {"posts", "half_life", "naive", "half_seen_by"}

With PLATFORM `trending`, DATA is the folder of daily lists of trending videos: a video is one day old on the first day it
is listed.
"""

import csv
import datetime
import gzip
import json
import math
import os
import sys

POST = 3.0
EDGES = [6, 12, 24, 36, 48, 60, 72, 84, 96, 120, 144, 168, 216, 264, 336, 432, 576, 714]


def stamp(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def posts(folder, platform):
    found = {}
    with gzip.open(os.path.join(folder, "video_polls.csv.gz"), "rt", newline="") as handle:
        for row in csv.DictReader(handle):
            if row["platform"] != platform:
                continue
            age = (stamp(row["poll_time"]) - stamp(row["upload_time"])) / 3600.0
            if age > 0.0:
                found.setdefault(row["video_id"], {})[age] = int(row["view_count"])
    return [sorted(one.items()) for _, one in sorted(found.items())]


def trending(folder):
    found = {}
    with gzip.open(os.path.join(folder, "US.csv.gz"), "rt", newline="", encoding="utf-8", errors="replace") as handle:
        for row in csv.DictReader(handle):
            day, month = row["date"].split(".")
            date = datetime.date(2017, int(month), int(day)).toordinal()
            found.setdefault(row["video_id"], {})[date] = int(row["views"])
    return [
        sorted((24.0 * (date - min(one) + 1), views) for date, views in one.items()) for _, one in sorted(found.items())
    ]


def stretches(polls):
    """(from, until, share of all that was seen) with views, and the last age."""
    total, before, out = 0, 0.0, []
    for age, views in polls:
        more = max(views - total, 0)
        if more:
            out.append((before, age, more))
        total, before = max(total, views), age
    return [(a, b, more / total) for a, b, more in out], before


def height(told, ln_half, middle, sd, corrected):
    half = math.exp(ln_half)
    by = lambda age: -math.expm1(-age * math.log(2.0) / half)
    left = lambda age: math.exp(-age * math.log(2.0) / half)
    sum_ = 0.0
    for parts, last in told:
        whole = math.log(by(last)) if corrected else 0.0
        for a, b, share in parts:
            # Late in a post's life both shares are nearly 1; what is left keeps its digits.
            between = left(a) * by(b - a)
            sum_ += POST * share * (math.log(between) - whole)
    return sum_ - 0.5 * ((ln_half - math.log(middle)) / sd) ** 2


def highest(told, middle, sd, corrected):
    low, high = math.log(1.0), math.log(2000.0)
    for _ in range(4):
        grid = [low + (high - low) * n / 24 for n in range(25)]
        best = max(grid, key=lambda one: height(told, one, middle, sd, corrected))
        step = (high - low) / 24
        low, high = best - step, best + step
    return math.exp((low + high) / 2.0)


def at(polls, age):
    """Views at an age, between two polls no further apart than a day and a half; None outside."""
    previous = (0.0, 0)
    for when, views in polls:
        if when >= age:
            if when - previous[0] > 36.0:
                return None
            return previous[1] + (views - previous[1]) * (age - previous[0]) / (when - previous[0])
        previous = (when, views)
    return None


def triangle(all_posts):
    share, shares = 1.0, {EDGES[-1]: 1.0}
    for earlier, later in zip(EDGES[-2::-1], EDGES[:0:-1]):
        pairs = [(at(polls, earlier), at(polls, later)) for polls in all_posts]
        pairs = [(a, b) for a, b in pairs if a and b]
        if len(pairs) < 5:
            break
        # Each post alike: the views of one star would drown the rest.
        share *= sum(a / b for a, b in pairs) / len(pairs)
        shares[earlier] = share
    ages = sorted(shares)
    for a, b in zip(ages, ages[1:]):
        if shares[a] <= 0.5 <= shares[b]:
            return a + (b - a) * (0.5 - shares[a]) / (shares[b] - shares[a])
    return ages[0] if shares[ages[0]] > 0.5 else None


def main():
    folder, platform, middle, sd = sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])
    all_posts = trending(folder) if platform == "trending" else posts(folder, platform)
    told = [stretches(polls) for polls in all_posts if len(polls) > 1]
    told = [(parts, last) for parts, last in told if parts]
    print(json.dumps({
        "posts": len(told),
        "half_life": highest(told, middle, sd, True),
        "naive": highest(told, middle, sd, False),
        "half_seen_by": triangle(all_posts),
    }))


if __name__ == "__main__":
    main()
