{% macro run_data_tests() -%}
    {#-
        The data tests of the table just built, as one query: one that fails makes its node fail, so that
        what lies downstream of the table is skipped, as after a test node of `dbt build`. A run says which
        (orchestration/data_tests.py) and hears what they found; by hand dbt's own test nodes do it.
    -#}
    {%- set tests = var('data_tests', {}).get(model.unique_id, []) -%}
    {%- if tests -%}
    {%- call statement('data_tests', fetch_result=true, auto_begin=false) -%}
        {%- for test in tests %}
        select '{{ test.unique_id }}' as unique_id, found.* from (
            {{ get_test_sql(test.sql, test.fail_calc, test.warn_if, test.error_if, test.limit) }}
        ) as found
        {{ 'union all' if not loop.last }}
        {%- endfor -%}
    {%- endcall -%}
    {%- set failed = [] -%}
    {%- set found = [] -%}
    {%- for unique_id, failures, should_warn, should_error in load_result('data_tests').data -%}
        {%- set test = tests | selectattr('unique_id', 'equalto', unique_id) | first -%}
        {%- set status = 'fail' if should_error and test.severity | upper == 'ERROR'
            else 'warn' if should_warn else 'pass' -%}
        {%- do found.append({'unique_id': unique_id, 'failures': failures, 'status': status}) -%}
        {%- if status == 'fail' -%} {%- do failed.append(test.name) -%} {%- endif -%}
    {%- endfor -%}
    {%- do log(tojson({'data_tests': found})) -%}
    {%- if failed -%}
        {%- do exceptions.raise_compiler_error('failed data tests: ' ~ failed | join(', ')) -%}
    {%- endif -%}
    {%- endif -%}
{%- endmacro %}
