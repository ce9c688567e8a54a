{{ changed_users(
    'int_funnel_marks',
    ['at_micros', 'ended_micros', 'day_position', 'funnel', 'step', 'window_micros'],
    counted='int_funnel_users'
) }}
