{{ changed_users(
    'int_points_entries',
    ['entry_id', 'kind', 'lot_id', 'points', 'expires_at', 'occurred_at'],
    counted='int_points_users',
    date_column='event_date',
    due_column='next_expiry_date'
) }}
