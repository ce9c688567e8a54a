{{ changed_users(
    'int_tag_days', ['tag', 'event_date'], counted='int_tag_spans', date_column='event_date'
) }}
