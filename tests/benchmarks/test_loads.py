"""What wrk and pgbench print is read as it is meant."""

import pytest

from benchmarks.loads import Load, parse_pgbench, parse_wrk

WRK = """Running 2s test @ http://127.0.0.1:8000/
  2 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.07ms    2.56ms  40.89ms   95.22%
    Req/Sec    14.83k     2.27k   18.74k    70.00%
  Latency Distribution
     50%  507.00us
     75%    0.93ms
     90%    1.91ms
     99%    1.21s\x20
  59013 requests in 2.00s, 8.33MB read
Requests/sec:  29506.50
Transfer/sec:      4.16MB
"""
PGBENCH = """transaction type: floor.pgbench.sql
number of transactions actually processed: 11855
number of failed transactions: 0 (0.000%)
latency average = 2.657 ms
tps = 6021.128549 (without initial connection time)
"""


def test_latencies_of_wrk_are_in_milliseconds() -> None:
    load = parse_wrk(WRK)
    assert (load.per_second, load.requests) == (29506.5, 59013)
    assert [load.p50, load.p99] == pytest.approx([0.507, 1210])


@pytest.mark.parametrize(
    "line",
    ["  Non-2xx or 3xx responses: 3", "  Socket errors: connect 0, read 7, write 0, timeout 0"],
)
def test_a_load_that_met_refusals_is_no_measurement(line: str) -> None:
    with pytest.raises(ValueError, match=line.strip()[:8]):
        parse_wrk(WRK + line + "\n")


def test_a_load_without_a_request_is_no_measurement() -> None:
    with pytest.raises(ValueError, match="0 requests"):
        parse_wrk(WRK.replace("59013 requests", "0 requests"))


def test_pgbench_counts_transactions() -> None:
    assert parse_pgbench(PGBENCH) == Load(6021.128549, 11855)


def test_pgbench_that_failed_is_no_measurement() -> None:
    with pytest.raises(ValueError, match="fatal"):
        parse_pgbench("pgbench: fatal: no such table\n")
