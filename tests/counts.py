"""How many tests there are: whoever adds or removes one writes it down here in the same commit.

A block deleted from a YAML file, or a module that is no longer collected, fails nothing else.
"""

# Tests of pytest, by folder, every set of parameters one; browser and Spark have their own command
# or machine, and are collected all the same.
COLLECTED = {
    "benchmarks": 10,
    "browser": 2,
    "fault": 54,
    "golden": 103,
    "pipeline": 610,
    "property": 108,
    "pure": 1548,
    "recompute": 26,
}
# Tests of dbt, by kind: on made-up rows, and on the tables of a run.
UNIT_TESTS = 321
DATA_TESTS = 148
