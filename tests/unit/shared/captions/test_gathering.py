"""Equal findings are counted and not listed without end."""

import time

from shared.captions import check_scc, read_scc
from shared.captions.gathering import gathered
from shared.captions.model import Finding, Severity


def test_the_first_of_each_kind_are_listed_in_their_order_and_all_are_counted() -> None:
    findings = [Finding("a", str(at)) if at % 3 else Finding("b", str(at)) for at in range(90)]

    found = gathered(findings, each=5)

    assert [one.message for one in found.listed] == ["0", "1", "2", "3", "4", "5", "6", "7", "9", "12"]
    assert (found.counts, found.unlisted, found.left_out) == ({"b": 30, "a": 60}, {"b": 25, "a": 55}, 80)


def test_a_finding_that_stands_for_others_counts_for_all_of_them() -> None:
    found = gathered([Finding("a", "one"), Finding("a", "999 more", count=999)])

    assert ([one.message for one in found.listed], found.counts) == (["one"], {"a": 1000})


def test_errors_come_first_where_even_the_kinds_are_too_many() -> None:
    findings = [Finding(f"w{at}", "", Severity.WARNING) for at in range(30)] + [Finding("e", "")]

    assert [one.code for one in gathered(findings, most=3).listed] == ["e", "w0", "w1"]


def test_junk_of_any_length_has_a_bounded_number_of_findings_and_a_true_count() -> None:
    words = " ".join(["1314"] * 50_000)
    text = f"Scenarist_SCC V1.0\n\n00:00:02;00\t{words}\n"

    findings = check_scc(text)

    assert len(findings) < 5_000
    assert gathered(findings).counts["parity"] == 50_000


def test_the_cost_of_a_check_grows_with_the_file_and_not_faster() -> None:
    def cost(lines: int) -> float:
        body = "\n\n".join(f"00:{at // 60 % 60:02}:{at % 60:02};10\t9420 942f 1314 c1c2" for at in range(lines))
        began = time.process_time()
        check_scc(f"Scenarist_SCC V1.0\n\n{body}\n")
        return time.process_time() - began

    small = min(cost(500) for _ in range(3))
    assert min(cost(2000) for _ in range(3)) < 8 * small + 0.1


def test_the_decoders_list_of_faults_has_an_end() -> None:
    words = " ".join(["1314"] * 5_000)

    findings = read_scc(f"Scenarist_SCC V1.0\n\n00:00:02;00\t{words}\n").findings

    assert [one.count for one in findings if one.code == "parity"][-1] == 4_000
