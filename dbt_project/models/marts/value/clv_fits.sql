{{ rebuilt_by('as_of_date', 'int_snapshot_dates') }}

with

days as (

    select
        as_of_date,
        count(*) as buyers

    from {{ ref('int_clv_inputs') }}
    where is_touched
    group by as_of_date

),

fits as (

    select * from {{ source('raw', 'clv_fits') }}

),

final as (

    select
        cast(days.buyers as bigint) as buyers,
        fits.r,
        fits.alpha,
        fits.a,
        fits.b,
        fits.p,
        fits.q,
        fits.v,
        fits.log_likelihood,
        fits.spend_log_likelihood,
        fits.correlation,
        fits.converged,
        fits.holdout_expected,
        fits.holdout_actual,
        case when coalesce(fits.converged, false) then 'ok' else 'insufficient_data' end as status,
        days.as_of_date

    from days
    left join fits
        on days.as_of_date = fits.as_of_date

)

select * from final
