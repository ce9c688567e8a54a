with

channels as (

    select * from {{ ref('int_acquisition_channels') }}

),

spent_days as (

    -- What has no value in the reporting currency tells of no day what it cost.
    select spend_date
    from {{ ref('int_spend') }}
    where amount is not null
    group by spend_date

),

days as (

    select
        {{ period_start('month', 'landed.event_date') }} as month,
        count(*) as days,
        count(case when landed.is_landed then 1 end) as landed_days,
        count(spent.spend_date) as spend_days

    from {{ ref('int_landed_days') }} as landed
    left join spent_days as spent
        on landed.event_date = spent.spend_date
    group by {{ period_start('month', 'landed.event_date') }}

),

users as (

    select
        channels.channel,
        {{ period_start('month', 'profiles.first_active_date') }} as month,
        count(*) as new_users

    from {{ ref('int_people') }} as profiles
    inner join channels
        on profiles.acquisition_channel = channels.source
    where profiles.first_active_date is not null
    group by channels.channel, {{ period_start('month', 'profiles.first_active_date') }}

),

customers as (

    select
        channels.channel,
        {{ period_start('month', 'profiles.first_order_date') }} as month,
        count(*) as new_customers,
        count(spent.spend_date) as paid_customers,
        sum(profiles.net_revenue) as net_revenue,
        sum({{ days_between('profiles.first_order_date', as_of_date()) }} + 1) as customer_days,
        count(predictions.clv_365d) as valued_customers,
        sum(case when predictions.clv_365d is not null then profiles.net_revenue end)
        + sum(predictions.clv_365d) as own_value

    from {{ ref('int_people') }} as profiles
    inner join channels
        on profiles.acquisition_channel = channels.source
    left join {{ ref('clv_predictions') }} as predictions
        on
            profiles.user_id = predictions.user_id
            and predictions.as_of_date = {{ as_of_date() }}
    left join spent_days as spent
        on profiles.first_order_date = spent.spend_date
    where profiles.first_order_date is not null
    group by channels.channel, {{ period_start('month', 'profiles.first_order_date') }}

),

spend as (

    select
        channels.channel,
        {{ period_start('month', 'spent.spend_date') }} as month,
        sum(spent.amount) as amount,
        count(case when spent.amount is null then 1 end) as unvalued

    from {{ ref('int_spend') }} as spent
    inner join channels
        on spent.source = channels.source
    group by channels.channel, {{ period_start('month', 'spent.spend_date') }}

),

cells as (

    {% for part in ['users', 'customers', 'spend'] %}
    select
        month,
        channel

    from {{ part }}
    {{ 'union' if not loop.last }}
    {% endfor %}

),

measured as (

    -- What is not named on a day that has spend cost nothing; without such a day nobody knows.
    select
        cells.month,
        cells.channel,
        case
            when spend.channel is not null then spend.amount
            when days.spend_days > 0 then 0
        end as spend,
        -- Where no day has landed, nobody knows who came.
        coalesce(users.new_users, case when days.landed_days > 0 then 0 end) as new_users,
        coalesce(customers.new_customers, case when days.landed_days > 0 then 0 end)
            as new_customers,
        customers.paid_customers,
        customers.net_revenue,
        customers.customer_days,
        customers.valued_customers,
        customers.own_value,
        coalesce(days.spend_days = days.days, false)
        and coalesce(spend.unvalued, 0) = 0 as is_whole

    from cells
    left join days
        on cells.month = days.month
    left join users
        on
            cells.month = users.month
            and cells.channel = users.channel
    left join customers
        on
            cells.month = customers.month
            and cells.channel = customers.channel
    left join spend
        on
            cells.month = spend.month
            and cells.channel = spend.channel

),

priced as (

    select
        *,
        {{ rate('spend', 'paid_customers') }} as cac,
        {{ rate('own_value', 'valued_customers') }} as ltv_predicted,
        {{ rate('30 * net_revenue', 'customer_days') }} as monthly_revenue

    from measured

),

final as (

    select
        month,
        channel,
        {{ money('spend') }} as spend,
        cast(new_users as bigint) as new_users,
        cast(new_customers as bigint) as new_customers,
        {{ mean_money('spend', 'paid_customers') }} as cac,
        {{ mean_money('own_value', 'valued_customers') }} as ltv_predicted,
        {{ mean_money('net_revenue', 'new_customers') }} as ltv_realised,
        {{ rate('ltv_predicted', 'cac') }} as ltv_cac,
        case when monthly_revenue > 0 then {{ rate('cac', 'monthly_revenue') }} end
            as payback_months,
        case
            when spend is null then 'unknown'
            when is_whole and cac is not null and ltv_predicted is not null then 'ok'
            else 'insufficient_data'
        end as status

    from priced

)

select * from final
