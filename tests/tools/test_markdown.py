"""What Markdown would otherwise take for its own."""

from tools.markdown import code, table


def test_backticks_do_not_end_the_code() -> None:
    assert code("a`b") == "`` a`b ``"
    assert code("a\nb") == "`a b`"
    assert code("") == ""


def test_a_cell_stays_one_cell() -> None:
    assert table(("a", "b:"), [("x|y", "1\n2")]) == "| a | b |\n| --- | ---: |\n| x\\|y | 1 2 |\n"
