with

told as (

    -- The last file that speaks of a day, channel and campaign holds: a file twice, a day again add
    -- nothing. What one file says of them in several rows is all of it: an export may be finer.
    select
        *,
        {{ folded('channel') }} as source,
        rank() over (
            partition by
                spend_date, {{ folded('channel') }}, {{ folded("coalesce(campaign, '')") }}
            order by load_date desc, source_file desc
        ) as place_of_file

    from {{ ref('stg_spend') }}
    where spend_date <= {{ as_of_date() }}

),

final as (

    select
        told.spend_date,
        told.source,
        told.campaign,
        {{ payable('told.amount * rates.rate') }} as amount,
        told.amount as original_amount,
        coalesce(told.currency, '{{ var("currency") }}') as currency

    from told
    left join {{ exchange_rates() }} as rates
        on
            coalesce(told.currency, '{{ var("currency") }}') = rates.currency
            and told.spend_date >= rates.valid_from
            and told.spend_date < rates.valid_to
    where told.place_of_file = 1

)

select * from final
