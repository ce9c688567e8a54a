{{ changed_users(
    'int_act_pairs',
    [
        'begun_micros', 'is_end', 'from_event', 'to_event', 'ended_micros', 'event_before',
        'event_before_that', 'transitions'
    ],
    counted='int_user_paths',
    date_column='event_date'
) }}
