#!/usr/bin/env python3
"""An independent computation of backtests over data/ads_2020/daily.csv, to compare with the program's own.

One post for each campaign × placement × banner; rows are added up over `user_engagement`, each first rounded to cents as
money is kept. It shares nothing with the program but the sentences of the design:

*Plain*: daily revenue / cost below T in each of the last K days. A day without a row or without cost is absent.

*Evidence*: at every midnight from the post's first day on, with s = what was spent so far in units of what a conversion may
cost and N = conversions so far, one post, luck Gamma with shape k: the e-value is the mean over θ from 0 to 1 of
θ^N·((k + s)/(k + θ·s))^(k + N). It holds where it is at least 1/(1 − level), more was spent than the limit allows, and what
was spent is above the floor. Numbers are absent where the newest day is more than one day old. The integral is worked out
here as an incomplete beta function by its continued fraction, where the program integrates numerically.

A fire was right if the post, over all its days, is beyond the limit, and wrong if it meets it. `spent` is the cost until
the fire; `saved` is the cost after it less conversions after it times what one may cost.

    backtest_ads.py DATA RULES.json

RULES.json is [{"kind": "plain", "below", "k", "cooldown_hours"} or {"kind": "evidence", "limit": cents, "level", "shape",
"floor": cents, "cooldown_hours"}]. Prints [{"fires": [{"subject", "at", "outcome", "e_value", "spent", "saved",
"expected": s, "seen": N}]}].
Standard library only.
"""

import csv
import datetime
import decimal
import json
import math
import os
import re
import sys

EPOCH = datetime.date(1970, 1, 1)
MONTHS = {"April": 4, "May": 5, "June": 6}


def cents(text):
    value = decimal.Decimal(text).quantize(decimal.Decimal("0.01"), rounding=decimal.ROUND_HALF_UP)
    return int(value * 100)


def name(row):
    parts = f"{row['campaign_number']} {row['placement'] or 'none'} {row['banner']}"
    return re.sub(r"[^a-z0-9]+", "-", parts.lower()).strip("-")


def table(folder):
    """Per post: day number to [cost, revenue, conversions]; money in cents."""
    posts = {}
    with open(os.path.join(folder, "daily.csv"), newline="") as handle:
        for row in csv.DictReader(handle):
            day = (datetime.date(2020, MONTHS[row["month"]], int(row["day"])) - EPOCH).days
            sums = posts.setdefault(name(row), {}).setdefault(day, [0, 0, 0])
            sums[0] += cents(row["cost"])
            sums[1] += cents(row["revenue"])
            sums[2] += int(row["post_click_conversions"])
    return posts


def written(day):
    return (EPOCH + datetime.timedelta(days=day)).isoformat() + "T00:00:00Z"


def beta_fraction(x, a, b):
    """The continued fraction of the incomplete beta function (Lentz), converging for x < (a + 1) / (a + b + 2)."""
    tiny = 1e-300
    c, d = 1.0, 1.0 - (a + b) * x / (a + 1.0)
    d = 1.0 / (d if abs(d) > tiny else tiny)
    h = d
    for m in range(1, 5000):
        for factor in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 + factor * d
            d = 1.0 / (d if abs(d) > tiny else tiny)
            c = 1.0 + factor / c
            c = c if abs(c) > tiny else tiny
            h *= c * d
        if abs(c * d - 1.0) < 1e-14:
            return h
    raise ArithmeticError("no convergence")


def ln_incomplete_beta(x, a, b):
    """ln of the integral of t^(a-1) (1-t)^(b-1) from 0 to x."""
    if x < (a + 1.0) / (a + b + 2.0):
        return a * math.log(x) + b * math.log1p(-x) - math.log(a) + math.log(beta_fraction(x, a, b))
    whole = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    rest = b * math.log1p(-x) + a * math.log(x) - math.log(b) + math.log(beta_fraction(1.0 - x, b, a))
    return whole + math.log1p(-math.exp(rest - whole))


def ln_e_value(spent, seen, k):
    """With x = θs/(k + θs) the mean over θ is (k+s)^(k+N) k^(1-k) s^-(N+1) B(s/(k+s); N+1, k-1)."""
    beta = ln_incomplete_beta(spent / (k + spent), seen + 1.0, k - 1.0)
    return (k + seen) * math.log(k + spent) + (1.0 - k) * math.log(k) - (seen + 1.0) * math.log(spent) + beta


def plain(rule, days, last):
    total = [sum(sums[at] for sums in days.values()) for at in range(3)]
    right = None if total[0] == 0 else total[1] / total[0] < rule["below"]
    for end in range(min(days) + 1, last + 1):
        window = [days.get(end - 1 - n) for n in range(rule["k"])]
        if all(sums and sums[0] > 0 and sums[1] / sums[0] < rule["below"] for sums in window):
            spent = sum(sums[0] for day, sums in days.items() if day < end)
            yield end, right, None, spent, None, None, None


def evidence(rule, days, last):
    limit = rule["limit"]
    total = [sum(sums[at] for sums in days.values()) for at in range(3)]
    right = None if total[0] == 0 else total[0] > limit * total[2]
    spent = seen = 0
    newest = None
    for end in range(min(days) + 1, last + 1):
        if end - 1 in days:
            spent += days[end - 1][0]
            seen += days[end - 1][2]
            newest = end
        if end - newest > 1 or spent <= rule["floor"] or spent <= limit * seen:
            continue
        ln_e = ln_e_value(spent / limit, seen, rule["shape"])
        if ln_e >= -math.log(1.0 - rule["level"]):
            saved = (total[0] - spent) - (total[2] - seen) * limit
            yield end, right, math.exp(min(ln_e, 700.0)), spent, saved, spent / limit, seen


def fires(rule, posts):
    last = max(max(days) for days in posts.values()) + 1
    found = []
    for post, days in posts.items():
        rested = None
        for end, right, e_value, spent, saved, expected, seen in {"plain": plain, "evidence": evidence}[rule["kind"]](rule, days, last):
            if rested is not None and (end - rested) * 24 <= rule["cooldown_hours"]:
                continue
            rested = end
            found.append(
                {
                    "subject": f"post/web/{post}",
                    "at": written(end),
                    "outcome": {None: "open", True: "right", False: "wrong"}[right],
                    "e_value": e_value,
                    "spent": spent,
                    "saved": saved,
                    "expected": expected,
                    "seen": seen,
                }
            )
    found.sort(key=lambda fire: (fire["subject"], fire["at"]))
    return {"fires": found}


def main():
    with open(sys.argv[2]) as handle:
        rules = json.load(handle)
    posts = table(sys.argv[1])
    print(json.dumps([fires(rule, posts) for rule in rules]))


if __name__ == "__main__":
    main()
