#!/usr/bin/env python3
"""An independent computation of when a creator's posts do best, to compare with the program's own.

It shares nothing with the program but the sentences of its documentation: posts are sorted into blocks of three hours of the day
in the creator's zone, Friday and Saturday apart from the other days; each block's mean is mixed with five posts at the mean of
all; a block with at least three posts whose mixed mean is at least 15 % above that mean is worth saying, if there are at
least eight posts and the latest was not in it already. A post is worth its views at the age of 72 hours, on the straight line between
the polls around it.

Standard library only.

    posting_time_reference.py DATA ZONE      prints {"PLATFORM CREATOR": {"cells": [[days, from, n, mean, shrunk]], "tip": …}}
"""

import collections
import csv
import datetime
import gzip
import json
import os
import sys
import zoneinfo

SETTLED = 72 * 3600


def when(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def settled(polls):
    """Views at the last poll, or None where it is too young."""
    age, views = max(polls)
    return float(views) if age >= SETTLED else None


def told(posts, zone):
    blocks = collections.defaultdict(list)
    for upload, value in posts:
        local = upload.astimezone(zone)
        days = "fri_sat" if local.strftime("%a") in ("Fri", "Sat") else "sun_thu"
        blocks[days, local.hour // 3 * 3].append(value)
    overall = sum(value for _, value in posts) / len(posts)
    cells = {}
    for key, values in blocks.items():
        mean = sum(values) / len(values)
        cells[key] = (len(values), mean, (sum(values) + 5 * overall) / (len(values) + 5))
    tip = None
    enough = [(cell[2], -key[1], key) for key, cell in cells.items() if cell[0] >= 3]
    if len(posts) >= 8 and enough and overall > 0:
        shrunk, _, key = max(enough, key=lambda one: (one[0], one[1]))
        latest = max(posts)[0].astimezone(zone)
        last = ("fri_sat" if latest.strftime("%a") in ("Fri", "Sat") else "sun_thu", latest.hour // 3 * 3)
        if shrunk / overall >= 1.15 and last != key:
            tip = [key[0], key[1], shrunk / overall - 1]
    order = {"sun_thu": 0, "fri_sat": 1}
    listed = sorted(cells.items(), key=lambda one: (order[one[0][0]], one[0][1]))
    return {"cells": [[key[0], key[1], *cell] for key, cell in listed], "tip": tip}


def main():
    folder, zone = sys.argv[1], zoneinfo.ZoneInfo(sys.argv[2])
    polls, uploads = collections.defaultdict(list), {}
    with gzip.open(os.path.join(folder, "video_polls.csv.gz"), "rt", newline="") as handle:
        for row in csv.DictReader(handle):
            key = row["platform"], row["creator"], row["video_id"]
            uploads[key] = when(row["upload_time"])
            polls[key].append(((when(row["poll_time"]) - uploads[key]).total_seconds(), int(row["view_count"])))
    posts = collections.defaultdict(list)
    for key, seen in polls.items():
        value = settled(seen)
        if value is not None:
            posts[key[0], key[1]].append((uploads[key], value))
    print(json.dumps({" ".join(key): told(found, zone) for key, found in posts.items()}))


if __name__ == "__main__":
    main()
