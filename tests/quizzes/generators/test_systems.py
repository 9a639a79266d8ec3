"""Questions about what data and models run on, against databases, simulations and brute force."""

import sqlite3
from bisect import bisect_left
from collections.abc import Sequence
from itertools import combinations, cycle, islice, permutations, product
from math import isclose

import numpy as np
from scipy.special import rel_entr
from scipy.stats import (
    binom,
    entropy,
    poisson,
    sem,
    ttest_ind,
    ttest_rel,
)
from scipy.stats import t as student

from apps.quizzes.draws import Draw
from tests.quizzes.drawn import assert_equal, draws, number, numbers


def one_number(database: sqlite3.Connection, query: str) -> float:
    ((value,),) = database.execute(query)
    return float(value)


def test_visits_of_members_against_sqlite() -> None:
    for draw in list(draws("visits_of_members"))[:40]:
        members, visitors, visits, goers, sauna = map(
            int, numbers(draw, "members visitors visits sauna_goers sauna")
        )
        assert goers < visitors < members
        assert sauna < visits
        with sqlite3.connect(":memory:") as database:
            database.execute("CREATE TABLE m (id INTEGER PRIMARY KEY)")
            database.execute("CREATE TABLE v (member_id INTEGER, room TEXT)")
            database.executemany("INSERT INTO m VALUES (?)", ((n,) for n in range(members)))
            in_sauna = islice(cycle(range(goers)), sauna)
            database.executemany("INSERT INTO v VALUES (?, 'sauna')", ((n,) for n in in_sauna))
            # Every visitor is seen: those who never went to the sauna first.
            elsewhere = islice(cycle(reversed(range(visitors))), visits - sauna)
            database.executemany("INSERT INTO v VALUES (?, 'gym')", ((n,) for n in elsewhere))
            join = "SELECT COUNT(*) FROM m LEFT JOIN v ON v.member_id = m.id"
            assert draw.answer == one_number(database, f"{join} AND v.room = 'sauna'")
            inner = join.replace("LEFT JOIN", "JOIN")
            assert_equal(
                draw.distractors,
                {
                    "partners-only": one_number(database, f"{inner} AND v.room = 'sauna'"),
                    "one-row-for-each-member": one_number(database, "SELECT COUNT(*) FROM m"),
                    "condition-after-the-join": one_number(database, join),
                    "members-beside-their-visits": members + sauna,
                },
            )
            kept = join.replace("COUNT(*)", "COUNT(DISTINCT m.id)")
            assert goers == one_number(database, f"{kept} WHERE v.room = 'sauna'")
            assert number(draw, "without") == members - goers


def test_orders_times_returns_against_sqlite() -> None:
    for draw in draws("orders_times_returns"):
        orders, returns, total = map(int, numbers(draw, "orders returns total"))
        assert orders != returns
        amounts = [total // orders] * (orders - 1)
        amounts.append(total - sum(amounts))
        with sqlite3.connect(":memory:") as database:
            database.execute("CREATE TABLE o (customer INTEGER, amount INTEGER)")
            database.execute("CREATE TABLE r (customer INTEGER)")
            database.executemany("INSERT INTO o VALUES (1, ?)", ((one,) for one in amounts))
            database.executemany("INSERT INTO r VALUES (?)", ((1,) for _ in range(returns)))
            join = "FROM o LEFT JOIN r ON r.customer = o.customer"
            assert draw.answer == one_number(database, f"SELECT SUM(o.amount) {join}")
            rows = one_number(database, f"SELECT COUNT(*) {join}")
            assert number(draw, "rows") == rows
            assert_equal(
                draw.distractors,
                {
                    "sum-is-safe": one_number(database, "SELECT SUM(amount) FROM o"),
                    "own-rows-multiply": sum(amounts) * len(amounts),
                    "rows-of-the-join": sum(amounts) * rows,
                },
            )


def test_devices_elsewhere_against_sqlite() -> None:
    for draw in draws("devices_elsewhere"):
        devices, here, unknown = map(int, numbers(draw, "devices here unknown"))
        sites = ["Lyon"] * here + [None] * unknown + ["Graz"] * (devices - here - unknown)
        with sqlite3.connect(":memory:") as database:
            database.execute("CREATE TABLE d (site TEXT)")
            database.executemany("INSERT INTO d VALUES (?)", ((site,) for site in sites))
            count = "SELECT COUNT(*) FROM d WHERE site"
            assert draw.answer == one_number(database, f"{count} <> 'Lyon'")
            assert_equal(
                draw.distractors,
                {
                    "unknown-is-different": one_number(database, f"{count} IS NOT 'Lyon'"),
                    "only-the-unknown": one_number(database, f"{count} IS NULL"),
                    "only-the-equal": one_number(database, f"{count} = 'Lyon'"),
                    "known-ones": one_number(database, f"{count} IS NOT NULL"),
                },
            )
            assert number(draw, "in_neither") == unknown


class Key:
    """Counts how often it is compared."""

    comparisons = 0

    def __init__(self, value: int) -> None:
        self.value = value

    def __lt__(self, other: "Key") -> bool:
        Key.comparisons += 1
        return self.value < other.value


class Sorted:
    """So many sorted keys, none of them stored."""

    def __init__(self, rows: int) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return self.rows

    def __getitem__(self, place: int) -> Key:
        return Key(place)


def comparisons(rows: int) -> int:
    Key.comparisons = 0
    bisect_left(Sorted(rows), Key(rows - 1))
    return Key.comparisons


def test_comparisons_after_growth_by_bisection() -> None:
    for draw in draws("comparisons_after_growth"):
        rows, before, times = map(int, numbers(draw, "rows before times"))
        assert comparisons(rows) == before
        doublings = [2**n for n in range(20)].index(times)
        assert doublings == number(draw, "doublings")
        # As many rows again and again: the power of two less one is full at each level.
        assert draw.answer == comparisons((rows + 1) * times - 1)
        assert_equal(
            draw.distractors,
            {
                "search-grows-with-the-rows": before * times,
                "doublings-multiply": before * doublings,
                "an-index-takes-no-time": before,
                "one-more-for-any-growth": before + 1,
            },
        )


def answer_of(draw: Draw) -> float:
    assert isinstance(draw.answer, int | float)
    return draw.answer


def test_rods_of_two_units_rod_by_rod() -> None:
    for draw in draws("rods_of_two_units"):
        cm, inches, failed, mean_cm, mean_inches = numbers(
            draw, "in_cm in_inches failed mean_cm mean_inches"
        )
        counts = [int(cm), int(inches), int(failed)]
        value = np.repeat([mean_cm, mean_inches, 999.0], counts)
        factor = np.repeat([1.0, 2.54, 1.0], counts)
        known = value != 999
        length = value * factor
        assert isclose(answer_of(draw), length[known].mean())
        in_inches = known & (factor > 1)
        of_plants = length[known & (factor == 1)].mean(), length[in_inches].mean()
        assert_equal(
            draw.distractors,
            {
                "numbers-without-units": value[known].mean(),
                "placeholder-as-length": length.mean(),
                "placeholder-as-zero": np.where(known, length, 0).mean(),
                "mean-of-the-means": np.mean(of_plants),
                "converted-backwards": (value / factor)[known].mean(),
            },
        )
        assert isclose(number(draw, "as_cm"), of_plants[1])
        assert isclose(number(draw, "total"), length[known].sum())
        assert isclose(number(draw, "sum_inches"), length[in_inches].sum())
        assert isclose(number(draw, "sum_cm"), cm * of_plants[0])
        assert number(draw, "known") == known.sum()


def test_rows_without_gaps_against_the_binomial_distribution() -> None:
    for draw in draws("rows_without_gaps"):
        columns, gap = numbers(draw, "columns gap")
        left = 100 * binom.pmf(0, columns, gap / 100)
        assert isclose(answer_of(draw), left)
        assert_equal(
            draw.distractors,
            {
                "gaps-fall-on-the-same-rows": 100 - gap,
                "gaps-never-meet": 100 - 100 * binom.mean(columns, gap / 100),
                "dropped-instead-of-left": 100 * binom.sf(0, columns, gap / 100),
            },
        )
        assert isclose(number(draw, "full"), binom.pmf(0, 1, gap / 100))
        assert isclose(number(draw, "dropped"), 100 - left)
        assert isclose(number(draw, "added"), columns * gap)


def test_income_of_two_groups_customer_by_customer() -> None:
    for draw in draws("income_of_two_groups"):
        older, young, says_old, says_young, mean_old, mean_young = numbers(
            draw, "older younger answers_older answers_younger mean_older mean_younger"
        )
        counts = np.array(
            [older * says_old, older * (100 - says_old), young * says_young], dtype=int
        )
        counts = np.append(counts, 10_000 - counts.sum())
        is_old = np.repeat([True, True, False, False], counts)
        income = np.repeat([mean_old, np.nan, mean_young, np.nan], counts)
        of_groups = np.nanmean(income[is_old]), np.nanmean(income[~is_old])
        filled = np.where(np.isnan(income), np.where(is_old, *of_groups), income)
        assert isclose(answer_of(draw), filled.mean())
        assert_equal(
            draw.distractors,
            {
                "known-ones-speak-for-all": np.nanmean(income),
                "groups-of-equal-size": np.mean(of_groups),
                "gaps-count-as-zero": np.nan_to_num(income).mean(),
            },
        )
        assert abs(number(draw, "known") - np.nanmean(income)) < 0.051
        assert isclose(number(draw, "too_high"), np.nanmean(income) - filled.mean())


def test_twins_across_the_split_by_expectation() -> None:
    for draw in draws("twins_across_the_split"):
        rows, twice, train = map(int, numbers(draw, "rows twice train"))
        origin = np.concatenate([np.arange(rows), np.arange(twice)])
        copies = np.bincount(origin)[origin]
        assert number(draw, "sent") == len(origin)
        assert number(draw, "with_twin") == (copies == 2).sum()
        has_twin = 100 * (copies == 2).mean()
        assert isclose(number(draw, "share"), has_twin)
        assert isclose(answer_of(draw), has_twin * train / 100)
        assert_equal(
            draw.distractors,
            {
                "every-twin-is-in-training": has_twin,
                "one-of-each-pair": has_twin * train / 200,
                "twins-in-the-test-part": has_twin * number(draw, "test") / 100,
                "copies-not-counted-in": (copies == 2).sum() / rows * train,
            },
        )


def test_quiet_nights_against_the_binomial_distribution() -> None:
    for draw in draws("quiet_nights"):
        tasks, fails = numbers(draw, "tasks fails")
        rate = fails / 100
        fails_twice = binom.pmf(2, 2, rate)
        assert isclose(answer_of(draw), 100 * binom.pmf(0, tasks, fails_twice))
        assert isclose(number(draw, "both_fail"), 100 * fails_twice)
        assert isclose(number(draw, "good"), 1 - fails_twice)
        assert isclose(number(draw, "without"), 100 * binom.pmf(0, tasks, rate))
        assert_equal(
            draw.distractors,
            {
                "retry-forgotten": 100 * binom.pmf(0, tasks, rate),
                "second-try-is-another-task": 100 * binom.pmf(0, 2 * tasks, rate),
                "one-task-for-all": 100 * binom.pmf(0, 1, fails_twice),
                "failing-nights": 100 * binom.sf(0, tasks, fails_twice),
                "failure-halved": 100 * binom.pmf(0, tasks, rate / 2),
            },
        )


def test_bookings_by_key_against_sqlite() -> None:
    for draw in draws("bookings_by_key"):
        first, withdrawn, late, second = map(int, numbers(draw, "first withdrawn late second"))
        before = range(first)
        after = range(withdrawn, first + late)
        assert len(after) == second
        with sqlite3.connect(":memory:") as database:
            database.execute("CREATE TABLE by_key (id INTEGER PRIMARY KEY)")
            database.execute("CREATE TABLE appended (id INTEGER)")
            for rows in (before, after):
                values = [(row,) for row in rows]
                database.executemany("INSERT OR REPLACE INTO by_key VALUES (?)", values)
                database.executemany("INSERT INTO appended VALUES (?)", values)
            assert draw.answer == one_number(database, "SELECT COUNT(*) FROM by_key")
            appended = one_number(database, "SELECT COUNT(*) FROM appended")
        assert_equal(
            draw.distractors,
            {
                "withdrawn-rows-vanish": len(after),
                "rows-are-appended": appended,
                "second-run-does-nothing": len(before),
                "withdrawn-and-late-both-added": len(before) + late + withdrawn,
            },
        )
        assert number(draw, "again") == len(set(before) & set(after))


NEEDS = {
    "results": (),
    "wards": (),
    "clean": ("results",),
    "features": ("clean", "wards"),
    "train": ("features",),
    "report": ("clean",),
}


def ends(minutes: dict[str, float]) -> dict[str, float]:
    """When each task is done, minute by minute."""
    left, done, now = dict(minutes), dict[str, float](), 0.0
    while left:
        ready = [task for task in left if all(need in done for need in NEEDS[task])]
        step = min(left[task] for task in ready)
        now += step
        for task in ready:
            left[task] -= step
            if left[task] <= 0:
                done[task] = now
                del left[task]
    return done


def test_night_of_six_tasks_by_simulation() -> None:
    for draw in draws("night_of_six_tasks"):
        minutes = {task: number(draw, task) for task in NEEDS}
        done = ends(minutes)
        whole = max(done.values())
        assert answer_of(draw) == whole == done["train"]
        assert number(draw, "joined") == done["clean"]
        assert number(draw, "features_end") == done["features"]
        assert number(draw, "report_ends") == done["report"]
        assert number(draw, "slack") == done["clean"] - done["wards"]
        halved = {
            task: max(ends(minutes | {task: minutes[task] / 2}).values())
            for task in ("clean", "wards", "report")
        }
        assert halved["clean"] == number(draw, "sooner") < whole
        assert halved["wards"] == halved["report"] == whole
        assert minutes["report"] == max(minutes.values())
        assert_equal(
            draw.distractors,
            {
                "one-after-another": sum(minutes.values()),
                "features-start-with-the-first-need": whole - number(draw, "slack"),
                "longest-task-decides": done["report"],
                "needs-are-added": whole + minutes["wards"],
            },
        )


def test_late_shops_night_by_night() -> None:
    for draw in draws("late_shops"):
        shares = numbers(draw, "at_once one two three")
        orders, window = map(int, numbers(draw, "orders window"))
        assert sum(shares) == 100
        arrived = [orders * share / 100 for share in shares]

        def lost(nights: int, arrived: list[float] = arrived) -> float:
            # The run of each night reads what has arrived so far; the last one that does decides.
            seen = 0.0
            for night in range(nights):
                seen = sum(arrived[: night + 1])
            return sum(arrived) - seen

        assert isclose(answer_of(draw), lost(window))
        assert_equal(
            draw.distractors,
            {
                "only-the-first-day-counts": lost(1),
                "window-begins-tomorrow": lost(window + 1),
                "arrived-instead-of-lost": orders - lost(window),
                "last-delay-in-reach": arrived[window - 1],
            },
        )
        assert isclose(number(draw, "lost"), 100 * lost(window) / orders)
        assert isclose(number(draw, "caught") + number(draw, "lost"), 100)
        assert number(draw, "longest_caught") == window - 1


def test_renamed_field_document_by_document() -> None:
    for draw in draws("renamed_field"):
        documents, counted, shown = numbers(draw, "documents counted shown")
        known = np.full(int(counted), shown / counted)
        everything = np.pad(known, (0, int(documents - counted)), mode="edge")
        assert isclose(answer_of(draw), everything.sum())
        assert number(draw, "renamed") == len(everything) - len(known)
        assert isclose(number(draw, "mean"), everything.mean())
        share = len(known) / len(everything)
        assert_equal(
            draw.distractors,
            {
                "missing-counts-as-zero": known.sum(),
                "share-taken-twice": known.sum() * share,
                "one-unit-for-each": np.pad(
                    known, (0, int(documents - counted)), constant_values=1
                ).sum(),
                "missing-share-added": known.sum() * (2 - share),
            },
        )


def test_mean_with_a_cache_request_by_request() -> None:
    for draw in draws("mean_with_a_cache"):
        lookup, compute, hits = numbers(draw, "lookup compute hits")
        found = np.arange(100) < hits
        assert isclose(answer_of(draw), np.where(found, lookup, lookup + compute).mean())
        assert number(draw, "misses") == (~found).sum()
        assert isclose(number(draw, "of_misses"), np.where(found, 0, compute).mean())
        assert_equal(
            draw.distractors,
            {
                "a-miss-needs-no-look-up": np.where(found, lookup, compute).mean(),
                "hits-and-misses-swapped": np.where(found, lookup + compute, lookup).mean(),
                "most-are-fast": np.median(np.where(found, lookup, lookup + compute)),
                "plain-mean-of-both": np.mean([lookup, lookup + compute]),
                "cache-saves-all": np.where(found, 0, lookup).mean(),
            },
        )


def test_old_answers_by_all_groups() -> None:
    for draw in draws("old_answers"):
        copies, write, read, reads = map(int, numbers(draw, "copies write read reads"))
        new = set(range(write))
        groups = list(combinations(range(copies), read))
        stale = [group for group in groups if not new & set(group)]
        share = len(stale) / len(groups)
        assert isclose(answer_of(draw), reads * share)
        assert number(draw, "groups") == len(groups)
        assert number(draw, "stale") == len(stale)
        assert isclose(number(draw, "share"), 100 * share)
        assert number(draw, "both") == write + read <= copies
        singles = [copy not in new for copy in range(copies)]
        assert number(draw, "behind") == sum(singles)
        with_repeats = [not new & set(group) for group in product(range(copies), repeat=read)]
        assert_equal(
            draw.distractors,
            {
                "confirmed-means-everywhere": 0,
                "read-of-one-copy": reads * np.mean(singles),
                "same-copy-asked-twice": reads * np.mean(with_repeats),
                "new-instead-of-old": reads * (1 - share),
            },
        )


def test_flats_to_fetch_by_expectation() -> None:
    for draw in draws("flats_to_fetch"):
        wanted, percent, flats = numbers(draw, "wanted percent flats")
        fetched = next(n for n in range(1, 10_000) if binom.mean(n, percent / 100) >= wanted - 1e-9)
        assert isclose(answer_of(draw), fetched)
        assert fetched < flats
        assert isclose(number(draw, "left"), binom.mean(wanted, percent / 100))
        assert isclose(number(draw, "in_town"), binom.mean(flats, percent / 100))
        assert_equal(
            draw.distractors,
            {
                "filter-takes-nothing-away": wanted,
                "what-passes-of-the-wanted": binom.mean(wanted, percent / 100),
                "everything-in-the-town": binom.mean(flats, percent / 100),
            },
        )


def latencies(arrivals: Sequence[float], service: float) -> list[float]:
    """Of one worker, first come, first served."""
    free, spent = 0.0, []
    for arrival in arrivals:
        free = max(arrival, free) + service
        spent.append(free - arrival)
    return spent


def test_four_requests_by_simulation() -> None:
    for draw in draws("four_requests"):
        service, second, third, fourth = numbers(draw, "service second third fourth")
        arrivals = [0, second, third, fourth]
        spent = latencies(arrivals, service)
        assert answer_of(draw) == spent[-1]
        # Everybody waits, so the worker never rests.
        assert all(latency > service for latency in spent[1:])
        assert number(draw, "finish") == fourth + spent[-1]
        assert number(draw, "start") == fourth + spent[-1] - service
        assert number(draw, "second_done") == second + spent[1]
        assert_equal(
            draw.distractors,
            {
                "service-time-only": service,
                "finish-instead-of-latency": fourth + spent[-1],
                "waiting-only": spent[-1] - service,
                "only-the-last-one-ahead": latencies([third, fourth], service)[-1],
                "full-service-of-everyone-ahead": sum([service] * 3),
            },
        )


def test_requests_under_way_by_counting() -> None:
    for draw in draws("requests_under_way"):
        arrivals, milliseconds, megabytes = numbers(draw, "arrivals milliseconds megabytes")
        # A request each 1 / arrivals seconds; how long they are inside during 100 seconds.
        starts = np.arange(0, 100, 1 / arrivals)
        inside = (starts + milliseconds / 1_000 - starts).sum() / 100
        assert isclose(number(draw, "inside"), inside, rel_tol=1e-3)
        assert isclose(answer_of(draw), inside * megabytes, rel_tol=1e-3)
        assert isclose(number(draw, "seconds") * 1_000, milliseconds)
        assert_equal(
            draw.distractors,
            {
                "all-of-a-second": arrivals * megabytes,
                "one-at-a-time": megabytes,
                "divided-instead": arrivals * megabytes / number(draw, "seconds"),
                "memory-forgotten": answer_of(draw) / megabytes,
            },
        )


def test_mean_of_a_busy_worker_by_simulation() -> None:
    gaps = np.random.default_rng(3).exponential(1, size=400_000)
    for draw in islice(draws("mean_of_a_busy_worker"), 12):
        service, arrivals, more = numbers(draw, "service arrivals more")
        for rate, mean in ((arrivals, answer_of(draw)), (more, number(draw, "more_mean"))):
            spent = latencies(np.cumsum(gaps * 1_000 / rate).tolist(), service)
            assert isclose(np.mean(spent), mean, rel_tol=0.08)
    for draw in draws("mean_of_a_busy_worker"):
        service, arrivals, more = numbers(draw, "service arrivals more")
        # Pollaczek and Khinchine, for a service time without variance.
        wait = arrivals / 1_000 * service**2 / (2 * (1 - arrivals / 1_000 * service))
        assert isclose(answer_of(draw), service + wait)
        assert isclose(number(draw, "percent"), arrivals * service / 10)
        assert isclose(number(draw, "busy"), arrivals * service / 1_000)
        assert isclose(number(draw, "more_percent"), more * service / 10)
        assert number(draw, "more_percent") < 97
        assert isclose(number(draw, "wait"), wait)
        assert_equal(
            draw.distractors,
            {
                "nobody-waits": service,
                "waiting-only": wait,
                "two-forgotten": service + 2 * wait,
                "idle-share-ignored": service + wait * (1 - number(draw, "busy")),
            },
        )


def test_pages_with_a_slow_part_against_the_binomial_distribution() -> None:
    for draw in draws("pages_with_a_slow_part"):
        parts, slow = numbers(draw, "parts slow")
        assert isclose(answer_of(draw), 100 * binom.sf(0, parts, slow / 100))
        assert isclose(number(draw, "all_fast"), 100 * binom.pmf(0, parts, slow / 100))
        assert isclose(number(draw, "fast"), binom.pmf(0, 1, slow / 100))
        assert isclose(number(draw, "added"), 100 * binom.mean(parts, slow / 100))
        assert_equal(
            draw.distractors,
            {
                "tail-stays-as-rare": slow,
                "shares-add-up": 100 * binom.mean(parts, slow / 100),
                "fast-pages": 100 * binom.pmf(0, parts, slow / 100),
                "tail-thins-out": slow / parts,
            },
        )


def test_burst_of_requests_by_simulation() -> None:
    for draw in draws("burst_of_requests"):
        service, timeout, burst = numbers(draw, "service timeout burst")
        spent = latencies([0] * int(burst), service)
        late = [latency for latency in spent if latency > timeout]
        assert number(draw, "wasted") == len(late)
        assert number(draw, "in_time") == len(spent) - len(late)
        assert number(draw, "useful") == min(late) - service
        assert isclose(answer_of(draw), len(late) * service / 1_000)
        assert_equal(
            draw.distractors,
            {
                "everything-is-wasted": spent[-1] / 1_000,
                "work-ends-with-the-timeout": timeout / 1_000,
                "milliseconds-for-seconds": len(late) * service,
            },
        )


def test_stability_of_ages_against_relative_entropy() -> None:
    for draw in draws("stability_of_ages"):
        now = np.array(numbers(draw, "now_a now_b now_c now_d")) / 100
        assert isclose(now.sum(), 1)
        before = np.full(4, 0.25)
        # Both directions of the Kullback-Leibler divergence together.
        index = entropy(now, before) + entropy(before, now)
        assert isclose(answer_of(draw), index)
        terms = numbers(draw, "term_a term_b term_c term_d")
        assert isclose(sum(terms), index)
        assert min(terms) > 0
        assert_equal(
            draw.distractors,
            {
                "plain-differences": np.abs(now - before).sum(),
                "logarithm-of-ten": ((now - before) * np.log10(now / before)).sum(),
                "weighted-by-the-new-share": entropy(now, before),
                "gains-only": np.array(terms)[now > before].sum(),
                "everything-cancels": 0,
            },
        )


def test_bins_that_moved_counts_the_loss_for_more() -> None:
    bins = ("under 30", "30 to 44", "45 to 59", "60 and over")
    for draw in draws("bins_that_moved"):
        now = dict(zip(bins, numbers(draw, "young middle older oldest"), strict=True))
        assert sum(now.values()) == 100
        terms = {name: rel_entr(q, 25) + rel_entr(25, q) for name, q in now.items()}
        loser, gainer = str(draw.parameters["loser"]), str(draw.parameters["gainer"])
        assert loser == max(terms, key=terms.__getitem__)
        assert gainer == max(now, key=now.__getitem__)
        assert 25 - now[loser] == now[gainer] - 25 == number(draw, "far")
        assert isclose(number(draw, "loss_term"), terms[loser] / 100)
        assert isclose(number(draw, "gain_term"), terms[gainer] / 100)
        assert terms[loser] - terms[gainer] > 0.5
        assert (number(draw, "lost_to"), number(draw, "gained_to")) == (now[loser], now[gainer])
        assert isclose(np.exp(number(draw, "loss_log")), now[loser] / 25)
        assert isclose(np.exp(number(draw, "gain_log")), now[gainer] / 25)


def test_index_by_chance_by_simulation() -> None:
    rng = np.random.default_rng(5)
    for place, draw in enumerate(draws("index_by_chance")):
        bins, rows, today = numbers(draw, "bins rows today")
        if place < 20:
            equal = np.full(int(bins), 1 / bins)
            counts = rng.multinomial(int(rows), equal, size=4_000) + 0.5
            shares = counts / counts.sum(axis=1, keepdims=True)
            simulated = ((shares - equal) * np.log(shares / equal)).sum(axis=1)
            assert isclose(simulated.mean(), answer_of(draw), rel_tol=0.12)
            assert np.mean(simulated > today) > 0.2
        assert isclose(answer_of(draw) * rows, bins - 1)
        assert abs(today - answer_of(draw)) < 0.02
        assert number(draw, "free") == bins - 1
        assert isclose(number(draw, "free") / number(draw, "enough"), 0.02)
        assert_equal(
            draw.distractors,
            {
                "no-drift-gives-zero": 0,
                "bins-do-not-matter": rows**-1,
                "root-of-the-rows": answer_of(draw) * rows**0.5,
            },
        )


def test_tests_every_day_against_the_binomial_distribution() -> None:
    for draw in draws("tests_every_day"):
        features, level, days = numbers(draw, "features level days")
        assert isclose(answer_of(draw), binom.mean(features * days, level / 100))
        assert isclose(number(draw, "a_day"), binom.mean(features, level / 100))
        assert number(draw, "tests") == features * days
        assert_equal(
            draw.distractors,
            {
                "one-day-only": binom.mean(features, level / 100),
                "one-feature-only": binom.mean(days, level / 100),
                "no-change-no-alarm": 0,
                "every-test-rings": features * days,
            },
        )


def test_labels_that_were_bought_against_the_binomial_distribution() -> None:
    for draw in draws("labels_that_were_bought"):
        share, labels = numbers(draw, "share labels")
        error = 100 * binom.std(labels, share / 100) / labels
        assert isclose(answer_of(draw), error)
        assert isclose(number(draw, "far"), share + 3 * error)
        assert isclose(number(draw, "variance"), 10_000 * binom.var(1, share / 100))
        assert number(draw, "rest") == 100 - share
        assert_equal(
            draw.distractors,
            {
                "spread-of-one-customer": 100 * binom.std(1, share / 100),
                "root-forgotten": error**2,
                "spread-of-the-count": binom.std(labels, share / 100),
                "share-over-root": share / labels**0.5,
            },
        )


def seconds_of_a_week(order: Sequence[str], seconds: dict[str, float], times: list[str]) -> float:
    """Built change by change, with a cache of stacks of layers."""
    versions = dict.fromkeys(order, 0)

    def stacks() -> list[tuple[tuple[str, int], ...]]:
        layers = [(layer, versions[layer]) for layer in order]
        return [tuple(layers[: place + 1]) for place in range(len(order))]

    cache, spent = set(stacks()), 0.0
    for changed in times:
        versions[changed] += 1
        spent += sum(seconds[stack[-1][0]] for stack in stacks() if stack not in cache)
        cache |= set(stacks())
    return spent


def test_builds_of_a_week_build_by_build() -> None:
    layers = ("packages", "model", "code")
    for draw in draws("builds_of_a_week"):
        seconds = {layer: number(draw, f"{layer}_seconds") for layer in layers}
        times = [layer for layer in layers for _ in range(int(number(draw, layer)))]
        weeks = {order: seconds_of_a_week(order, seconds, times) for order in permutations(layers)}
        assert answer_of(draw) == weeks[layers]
        assert min(weeks, key=weeks.__getitem__) == ("packages", "code", "model")
        assert number(draw, "best") == min(weeks.values()) < 0.9 * weeks[layers]
        parts = numbers(draw, "of_packages of_model of_code")
        assert sum(parts) == weeks[layers]
        assert number(draw, "all_three") == sum(seconds.values())
        assert number(draw, "upper") == seconds["model"] + seconds["code"]
        below = {
            layer: sum(seconds[one] for one in layers[: n + 1]) for n, layer in enumerate(layers)
        }
        assert_equal(
            draw.distractors,
            {
                "only-its-own-layer": sum(seconds[layer] for layer in times),
                "everything-each-time": sum(seconds.values()) * len(times),
                "layers-below-are-rebuilt": sum(below[layer] for layer in times),
                "three-layers-once": sum(seconds.values()),
            },
        )


def test_packages_that_moved_against_the_poisson_distribution() -> None:
    for draw in draws("packages_that_moved"):
        packages, every, later = numbers(draw, "packages every later")
        still = poisson.pmf(0, later / every)
        assert isclose(answer_of(draw), packages * poisson.sf(0, later / every))
        assert isclose(number(draw, "still"), still)
        assert isclose(number(draw, "ratio"), poisson.mean(later / every))
        assert isclose(number(draw, "moved"), 100 * poisson.sf(0, later / every))
        assert_equal(
            draw.distractors,
            {
                "releases-for-packages": packages * poisson.mean(later / every),
                "unmoved-instead-of-moved": packages * still,
                "only-after-the-mean": 0,
                "all-of-them-move": packages,
            },
        )


def fitting(limit: float, each: float) -> int:
    """How many fit, one by one, in whole megabytes."""
    count, used = 0, round(each * 1_000)
    while used * (count + 1) <= round(limit * 1_000):
        count += 1
    return count


def test_workers_in_a_container_one_by_one() -> None:
    for draw in draws("workers_in_a_container"):
        limit, each, rest = numbers(draw, "limit each rest")
        assert answer_of(draw) == fitting(limit, each * 1.25)
        assert isclose(number(draw, "needed"), each + each / 4)
        assert number(draw, "together") <= limit + 1e-9 < number(draw, "one_more")
        assert_equal(
            draw.distractors,
            {
                "no-room-to-spare": fitting(limit, each),
                "measured-at-rest": fitting(limit, rest),
                "rounded-up": fitting(limit, each * 1.25) + 1,
                "spare-taken-once-more": int(limit / (each * 1.5625) + 1e-9),
            },
        )


def test_image_to_fetch_in_bits() -> None:
    for draw in draws("image_to_fetch"):
        large, small, megabits = numbers(draw, "large small megabits")
        bits = {size: size * 1e9 * 8 for size in (large, small)}
        seconds = {size: count / (megabits * 1e6) for size, count in bits.items()}
        assert isclose(answer_of(draw), seconds[large] - seconds[small])
        assert isclose(number(draw, "megabytes") * 8, megabits)
        assert isclose(number(draw, "saved"), large - small)
        assert isclose(number(draw, "seconds_large"), seconds[large])
        assert isclose(number(draw, "seconds_small"), seconds[small])
        assert_equal(
            draw.distractors,
            {
                "bits-for-bytes": (seconds[large] - seconds[small]) / 8,
                "time-of-the-large-one": seconds[large],
                "time-of-the-small-one": seconds[small],
                "ratio-of-sizes": large / small,
            },
        )


def test_five_pairs_of_runs_against_scipy() -> None:
    for draw in draws("five_pairs_of_runs"):
        first, second = (
            np.array([number(draw, f"{name}{seed}") for seed in range(1, 6)]) for name in "ab"
        )
        gains = second - first
        ratio = ttest_rel(second, first).statistic
        assert isclose(answer_of(draw), ratio)
        assert ratio < student.ppf(0.975, df=4)
        assert (gains > 0).sum() == 4
        assert np.allclose([number(draw, f"gain{seed}") for seed in range(1, 6)], gains * 1_000)
        assert isclose(number(draw, "mean"), gains.mean() * 1_000)
        assert isclose(number(draw, "spread"), gains.std(ddof=1) * 1_000)
        assert isclose(number(draw, "error"), sem(gains) * 1_000)
        assert_equal(
            draw.distractors,
            {
                "error-of-one-run": gains.mean() / gains.std(ddof=1),
                "divided-by-five": gains.mean() / sem(gains, ddof=0),
                "pairs-torn-apart": ttest_ind(second, first, equal_var=False).statistic,
                "divided-by-the-number": 5 * gains.mean() / gains.std(ddof=1),
            },
        )


def test_lucky_settings_against_the_binomial_distribution() -> None:
    for draw in draws("lucky_settings"):
        settings, luck = numbers(draw, "settings luck")
        assert isclose(answer_of(draw), 100 * binom.sf(0, settings, luck / 100))
        assert isclose(number(draw, "none"), 100 * binom.pmf(0, settings, luck / 100))
        assert isclose(number(draw, "unlucky"), binom.pmf(0, 1, luck / 100))
        assert isclose(number(draw, "added"), 100 * binom.mean(settings, luck / 100))
        assert_equal(
            draw.distractors,
            {
                "chance-of-one": luck,
                "chances-add-up": 100 * binom.mean(settings, luck / 100),
                "no-lucky-one": 100 * binom.pmf(0, settings, luck / 100),
                "luck-shared-out": luck / settings,
            },
        )


def test_snapshots_of_a_month_night_by_night() -> None:
    for draw in draws("snapshots_of_a_month"):
        parts, each, changed, nights = map(int, numbers(draw, "parts each changed nights"))
        table = [(part, 0) for part in range(parts)]
        stored, copies = set(table), len(table)
        for night in range(1, nights + 1):
            for place in range(changed):
                part = (night * changed + place) % parts
                table[part] = (part, night)
            stored |= set(table)
            copies += len(table)
        assert answer_of(draw) == len(stored) * each
        assert number(draw, "full") == copies * each
        assert number(draw, "table") == parts * each
        assert number(draw, "new_parts") == len(stored) - parts
        assert number(draw, "new") == (len(stored) - parts) * each
        assert_equal(
            draw.distractors,
            {
                "a-full-copy-each-night": copies * each,
                "one-path-is-enough": len(table) * each,
                "first-night-forgotten": (len(stored) - parts) * each,
                "parts-for-gigabytes": parts * each + len(stored) - parts,
            },
        )


def test_moves_of_the_champion_move_by_move() -> None:
    for draw in draws("moves_of_the_champion"):
        first, second, third, fourth = map(int, numbers(draw, "first second third fourth"))
        champion, history = 0, list[int]()
        for version in (first, second, third, 0, fourth, 0, 0):
            if version:
                history.append(champion)
                champion = version
            else:
                champion = history.pop()
        assert answer_of(draw) == champion
        assert_equal(
            draw.distractors,
            {
                "only-one-step-back": second,
                "back-to-what-was-rolled-back": third,
                "newest-stays": fourth,
                "number-before": fourth - 1,
            },
        )


def test_replicas_wanted_one_by_one() -> None:
    for draw in draws("replicas_wanted"):
        replicas, most, percent, measured = map(
            int, numbers(draw, "replicas most percent measured")
        )
        load = replicas * measured
        assert number(draw, "load") == load
        assert number(draw, "target") * 100 == most * percent

        def fewest(allowed: float, load: int = load) -> int:
            return next(count for count in range(1, 100) if count * allowed >= load)

        wanted = fewest(most * percent / 100)
        assert answer_of(draw) == wanted
        assert wanted - 1 < number(draw, "exact") < wanted
        assert_equal(
            draw.distractors,
            {
                "rounded-down": int(number(draw, "exact")),
                "full-is-the-target": fewest(most),
                "only-the-new-ones": wanted - replicas,
                "target-taken-of-the-replicas": -(-replicas * (200 - percent) // 100),
            },
        )


def test_queue_of_a_sale_in_small_steps() -> None:
    for draw in islice(draws("queue_of_a_sale"), 60):
        each, before, after, arrivals, start = numbers(draw, "each before after arrivals start")
        step, queue, now, highest = 0.05, 0.0, 0.0, 0.0
        while queue > 0 or now < start:
            ready = before if now < start - step / 2 else after
            queue = max(0.0, queue + (arrivals - ready * each) * step)
            highest = max(highest, queue)
            now += step
        assert abs(answer_of(draw) - now) < 1
        assert isclose(number(draw, "backlog"), highest, rel_tol=0.01)
        drain = number(draw, "backlog") / number(draw, "spare")
        assert isclose(number(draw, "drain"), drain)
        assert number(draw, "old_most") + number(draw, "missing") == arrivals
        assert number(draw, "new_most") - number(draw, "spare") == arrivals
        assert number(draw, "new_most") == after * each
        assert_equal(
            draw.distractors,
            {
                "over-when-help-is-there": start,
                "start-forgotten": drain,
                "nobody-arrives-any-more": start * (1 + number(draw, "missing") / after / each),
                "nothing-answered-before": start * (1 + arrivals / number(draw, "spare")),
            },
        )


def test_load_of_an_update_request_by_request() -> None:
    for draw in draws("load_of_an_update"):
        replicas, each, missing, rate = map(int, numbers(draw, "replicas each missing rate"))

        def busy(count: int, rate: int = rate, each: int = each) -> float:
            """Percent, with each request going to the next replica in turn."""
            return 100 * float(np.mean(np.bincount(np.arange(rate) % count) / each))

        assert isclose(answer_of(draw), busy(replicas - missing))
        assert number(draw, "left") == replicas - missing
        assert number(draw, "capacity") == each * (replicas - missing)
        assert isclose(number(draw, "usual"), busy(replicas))
        assert_equal(
            draw.distractors,
            {
                "as-before-the-update": busy(replicas),
                "more-instead-of-fewer": busy(replicas + missing),
                "share-added": busy(replicas) + 100 * missing / replicas,
                "share-instead-of-percent": busy(replicas - missing) / 100,
            },
        )


def test_errors_of_a_canary_against_the_binomial_distribution() -> None:
    for draw in draws("errors_of_a_canary"):
        requests, usual, seen = numbers(draw, "requests usual seen")
        errors = binom(requests, usual / 100)
        assert answer_of(draw) == int(errors.mean() + 3 * errors.std())
        assert isclose(number(draw, "mean"), errors.mean())
        assert isclose(number(draw, "spread"), errors.std())
        assert isclose(number(draw, "exact"), errors.mean() + 3 * errors.std())
        # A count that comes by chance now and then is no reason to stop.
        assert errors.sf(seen - 1) > 0.04
        assert errors.mean() < seen < answer_of(draw)
        assert errors.sf(answer_of(draw)) < 0.01
        assert_equal(
            draw.distractors,
            {
                "more-than-usual-is-a-fault": int(errors.mean() + 1e-9),
                "one-deviation-is-enough": int(errors.mean() + errors.std()),
                "double-is-the-limit": int(2 * errors.mean() + 1e-9),
                "root-forgotten": int(errors.mean() + 3 * errors.var()),
            },
        )


def test_requests_spared_second_by_second() -> None:
    for draw in draws("requests_spared"):
        rate, percent, minutes, stopped = numbers(draw, "rate percent minutes stopped")
        seconds = np.arange(int(minutes) * 60)
        full = np.full(len(seconds), rate)
        canary = np.where(seconds < stopped * 60, rate * percent / 100, 0)
        assert isclose(answer_of(draw), (full - canary).sum())
        assert number(draw, "full") == full.sum()
        assert isclose(number(draw, "canary"), canary.sum())
        assert isclose(number(draw, "times"), full.sum() / canary.sum())
        assert_equal(
            draw.distractors,
            {
                "canary-meets-nothing": full.sum(),
                "met-instead-of-spared": canary.sum(),
                "time-saved-only": full[seconds >= stopped * 60].sum(),
                "share-saved-only": (full * (1 - percent / 100)).sum(),
            },
        )
