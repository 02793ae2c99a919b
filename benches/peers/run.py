#!/usr/bin/env python3
"""Judging beside Prometheus: the same creators, the same ten rules, one run.

    benches/peers/run.py [--creators 10000] [--ticks 24]

Needs Prometheus (on Debian: apt-get install prometheus) and a Rust toolchain; everything stays on 127.0.0.1 and in a
folder that is removed at the end. Each side is measured twice, without rules and with them: the difference is what judging
costs. One evaluation is one rule on one creator because its numbers changed. Prometheus runs in real time, 5 seconds a tick;
`cargo bench --bench judging` takes the same ticks as fast as it can. CPU is user and system time of the process.
"""

import argparse
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from multiprocessing import Process, Queue

HERE = pathlib.Path(__file__).resolve().parent
TICK = 5
RULES = 10
# What each number grows by in an hour, as in benches/judging.rs: units, or cents.
NUMBERS = {
    "views": 4000, "likes": 240, "comments": 30, "shares": 20,
    "clicks": 60, "orders": 4, "revenue": 24000, "spend": 6000,
}
READY_MAX = 60


def page(creators, minutes):
    """What a scrape is answered: all numbers of all creators, each larger than at the tick before."""
    hours = 24 * 40 * 720 + minutes
    lines = []
    for name, by in NUMBERS.items():
        lines.append(f"# TYPE {name} gauge")
        values = [hours * by * size // 720 for size in range(1, 8)]
        lines.extend(f'{name}{{creator="c{n:06}"}} {values[n % 7]}' for n in range(creators))
    return "\n".join(lines).encode() + b"\n"


def export(creators, port):
    """Serves the creators until it is ended; tells its port."""
    start = time.time()

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            body = page(creators, int((time.time() - start) / TICK) + 1)
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Page)
    port.put(server.server_port)
    server.serve_forever()


def processor(pid):
    """User and system seconds of a process so far."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak(pid):
    """Peak memory in MiB."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) // 1024


def get(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read().decode()


def figure(text, name):
    """The sum of a metric on a page of Prometheus' own."""
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if re.match(rf"{name}(\{{|\s)", line))


def prometheus(program, port_of_creators, ticks, rules):
    """CPU seconds, peak MiB, finished and missed passes over so many ticks."""
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder, "prometheus.yml")
        # One process only, on a port that was free a moment ago.
        with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as free:
            port = free.server_port
        text = f"global: {{scrape_interval: {TICK}s, scrape_timeout: {TICK}s}}\n"
        if rules:
            text += f"rule_files: [{json.dumps(str(HERE / 'rules.yml'))}]\n"
        text += (
            "scrape_configs:\n- job_name: creators\n  static_configs:\n"
            f"  - targets: ['127.0.0.1:{port_of_creators}']\n"
        )
        config.write_text(text)
        log = open(pathlib.Path(folder, "log"), "w+")
        running = subprocess.Popen(
            [program, f"--config.file={config}", f"--storage.tsdb.path={folder}/data",
             f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            until = time.time() + READY_MAX
            while True:
                try:
                    get(f"{url}/-/ready")
                    break
                except OSError:
                    if running.poll() is not None or until < time.time():
                        log.seek(0)
                        sys.exit(f"Prometheus is not ready:\n{log.read()[-2000:]}")
                    time.sleep(0.2)
            # The first scrapes make the series, and windows need two; neither is a tick as any other.
            time.sleep(8 * TICK)
            before, own = processor(running.pid), get(f"{url}/metrics")
            time.sleep(ticks * TICK)
            took, after = processor(running.pid) - before, get(f"{url}/metrics")

            def grew(name):
                return figure(after, name) - figure(own, name)

            missed = grew("prometheus_rule_group_iterations_missed_total")
            passes = grew("prometheus_rule_group_iterations_total") - missed
            firing = json.loads(get(f"{url}/api/v1/alerts"))["data"]["alerts"] if rules else []
            if firing:
                sys.exit(f"{len(firing)} alerts fire; nothing may, as in benches/judging.rs")
            if rules and passes < 1:
                sys.exit("no pass over the rules was finished")
            return took, peak(running.pid), passes, missed
        finally:
            running.terminate()
            running.wait(timeout=60)
            log.close()


def ours(creators, ticks):
    """What `cargo bench --bench judging` says."""
    said = subprocess.run(
        ["cargo", "bench", "--bench", "judging", "--", str(creators), str(ticks)],
        cwd=HERE.parent.parent, capture_output=True, text=True)
    found = re.search(r"judging alone (\d+) .* keeping (\d+)\npeak memory (\d+) MiB", said.stdout)
    if said.returncode or not found:
        sys.exit(f"the bench failed:\n{said.stdout[-2000:]}{said.stderr[-2000:]}")
    print(said.stdout.strip(), flush=True)
    return tuple(int(one) for one in found.groups())


def main():
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    asked.add_argument("--creators", type=int, default=10_000, help="how many creators (10,000)")
    asked.add_argument("--ticks", type=int, default=24, help="ticks of 5 seconds that are measured (24)")
    given = asked.parse_args()
    program = shutil.which("prometheus") or sys.exit("Prometheus is not installed; on Debian: apt-get install prometheus")
    version = subprocess.run([program, "--version"], capture_output=True, text=True)
    print((version.stdout or version.stderr).splitlines()[0])
    print(f"{platform.machine()}, {os.cpu_count()} cores; {given.creators} creators, {given.ticks} ticks", flush=True)
    told = Queue()
    exporter = Process(target=export, args=(given.creators, told), daemon=True)
    exporter.start()
    try:
        port = told.get(timeout=READY_MAX)
        without = prometheus(program, port, given.ticks, rules=False)
        took, memory, passes, missed = prometheus(program, port, given.ticks, rules=True)
    finally:
        exporter.terminate()
        exporter.join()
    evaluations = passes * RULES * given.creators
    print(f"Prometheus: CPU {without[0]:.1f} s without rules, {took:.1f} s with them; "
          f"{passes:.0f} passes finished, {missed:.0f} missed; peak memory {memory} MiB", flush=True)
    alone = evaluations / max(took - without[0], 0.01)
    whole = evaluations / took
    our_alone, our_whole, our_memory = ours(given.creators, given.ticks)
    print(f"\n{'':26}{'Prometheus':>14}{'Plimsoll':>14}{'ratio':>10}")
    for name, theirs, own in [
        ("judging alone, /CPU s", alone, our_alone),
        ("with taking in, /CPU s", whole, our_whole),
        ("peak memory, MiB", memory, our_memory),
    ]:
        print(f"{name:26}{theirs:>14,.0f}{own:>14,.0f}{own / theirs:>10.2f}")


if __name__ == "__main__":
    main()
