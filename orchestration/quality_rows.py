"""Check results of a run -> rows of the report."""

import dagster as dg

from warehouse.report.quality import QualityRow


def quality_rows(instance: dg.DagsterInstance, run_id: str) -> list[QualityRow]:
    """Return what the checks of a run found, failures and border checks one by one.

    dbt tests that passed are told as one row a stage: nobody reads a hundred green lines.
    """
    records = instance.get_records_for_run(
        run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
    ).records
    rows: list[QualityRow] = []
    passed: dict[str, int] = {}
    for record in records:
        event = record.event_log_entry.dagster_event
        if event is None:
            continue
        evaluation = event.asset_check_evaluation_data
        stage = evaluation.asset_key.path[0]
        if evaluation.passed and not evaluation.check_name.startswith("gx_"):
            passed[stage] = passed.get(stage, 0) + 1
            continue
        is_error = evaluation.severity == dg.AssetCheckSeverity.ERROR and not evaluation.passed
        rows.append(
            QualityRow(
                name=evaluation.check_name,
                stage=stage,
                passed=evaluation.passed,
                severity="critical" if is_error else "warning",
                detail="; ".join((evaluation.description or "").splitlines()),
            )
        )
    for stage, count in sorted(passed.items()):
        rows.append(QualityRow(f"dbt tests x {count}", stage, True, "critical", "", count))
    return rows
