{{ config(
    severity='warn',
    meta={'dagster': {'ref': {'name': 'clv_fits'}}}
) }}
-- The newest fit of what buyers are worth has a maximum, q is above 1, what they spend does not go
-- with how often they buy, and days kept from the last fit of a month came much as it expects.
with

limits as (

    select
        max(case when parameter = 'clv_max_correlation' then cast(value as double) end)
            as max_correlation,
        max(case when parameter = 'clv_max_holdout_error' then cast(value as double) end)
            as max_error

    from {{ ref('parameters') }}

),

fits as (

    select
        *,
        max(as_of_date) over () as newest_date,
        max(case when holdout_actual is not null then as_of_date end) over () as newest_tried_date

    from {{ ref('clv_fits') }}

)

select
    fits.as_of_date,
    fits.converged,
    fits.q,
    fits.correlation,
    fits.holdout_expected,
    fits.holdout_actual

from fits
cross join limits
where
    (
        fits.as_of_date = fits.newest_date
        and (
            not fits.converged
            or fits.q <= 1
            or abs(fits.correlation) >= limits.max_correlation
        )
    )
    or (
        fits.as_of_date = fits.newest_tried_date
        and abs(fits.holdout_expected - fits.holdout_actual)
        > limits.max_error * fits.holdout_actual
    )
