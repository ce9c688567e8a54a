"""No rule of the sources is forgotten: each is answered, or the page says why it is not."""

from tests.coverage import RULES, answers, reasons, rules, written

NO_TABLE = "Not for a pipeline to compute"
TO_COME = "Still to come"
IN_PART = "Answered in part"


def test_the_page_lists_every_rule_once() -> None:
    names = [rule.name for rule in rules()]
    sizes = {"S0": 20, "S1": 15, "S2": 34, "S3": 52, "S4": 13}

    assert names == [f"{s}-{n}" for s, size in sizes.items() for n in range(1, size + 1)]


def test_every_rule_that_asks_for_something_is_cited_by_what_answers_it() -> None:
    # What somebody claims of a rule is told beside it, and answers nothing.
    cited = {rule for rule, names in answers().items() if names != ["`claim_rules.csv`"]}
    asking = {rule.name for rule in rules() if rule.asks}

    assert asking - cited == set(reasons(NO_TABLE)) | set(reasons(TO_COME))


def test_what_is_answered_in_part_is_answered() -> None:
    part = set(reasons(IN_PART))

    assert part <= answers().keys()
    assert not part & (set(reasons(NO_TABLE)) | set(reasons(TO_COME)))


def test_whoever_cites_a_rule_cites_one_that_exists() -> None:
    assert answers().keys() - {rule.name for rule in rules()} == set()


def test_what_the_page_says_of_the_answers_is_so() -> None:
    page = RULES.read_text(encoding="utf-8")

    assert written(answers()) == page, "write it anew: python -m tests.coverage"


def test_a_rule_that_loses_its_citation_is_noticed() -> None:
    cited = answers()
    one = next(rule.name for rule in rules() if rule.asks and rule.name in cited)
    lost = {name: names for name, names in cited.items() if name != one}

    assert written(lost) != RULES.read_text(encoding="utf-8")
