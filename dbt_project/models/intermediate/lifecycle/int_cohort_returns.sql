{{ split_cohorts(
    ref('int_cohort_visits'),
    ['cohort_by', 'period', 'clock', 'cohort_start', 'period_number'],
    {
        'users': 'cast(count_if(is_present) as bigint)',
        'orders': 'cast(sum(orders) as bigint)',
        'net_revenue': money('sum(net_revenue)'),
        'last_users': 'cast(count_if(is_present and is_last) as bigint)',
    }
) }}
