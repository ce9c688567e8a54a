"""Made-up rows of growth, incidents, people and incentives, for the plausible marts."""

D = "date '2026-11-10'"
FILL = (
    """insert into serving.marts.dim_acquisition_channels (code, name_en, name_zh, position)
    values ('direct', 'Direct', '直接访问', 1), ('baidu', 'Baidu', '百度', 2)""",
    f"""insert into serving.marts.product_phases (phase, name_en, name_zh, valid_from, valid_to)
    values ('seed', 'Seed users', '种子用户期', date '2025-01-01', {D} - 30),
      ('growth', 'Growth', '成长期', {D} - 30, null)""",
    f"""insert into serving.marts.aarrr_daily (event_date, stage, channel, users, rate, status)
    select {D} - cast(ago as integer), stage, channel, users - ago, rate - ago / 100, 'ok'
    from (values (0), (7)) d(ago), (values
      ('acquisition', 'all', 120, null), ('activation', 'all', 300, 0.4),
      ('retention', 'all', 40, 0.35), ('revenue', 'all', 90, 0.12), ('referral', 'all', 11, 0.01),
      ('acquisition', 'baidu', 70, null), ('activation', 'baidu', 170, 0.3),
      ('retention', 'baidu', null, null), ('acquisition', 'direct', 50, null),
      ('activation', 'direct', 130, 0.5)) s(stage, channel, users, rate)""",
    f"""insert into serving.marts.contributors (as_of_date, user_id, content, shares, invites,
      caused_activity, contribution_score, is_koc)
    select {D}, 'user_' || i, 10, 5, 2, 4, 50, i < 2 from range(8) t(i)""",
    f"""insert into serving.marts.incidents (incident_id, kind, started_at, ended_at,
      affected_users, core_users, frozen_users, open_duties, late_duties, compensation,
      compensated_users, compensation_cost, complaints, answered_in_time, affected_before,
      churn_affected, unaffected_before, churn_unaffected, churn_difference, ci_low, ci_high,
      status)
    values ('inc-2', 'payment_outage', {D} - interval 30 hour, null, 143, 3, 143, 2, 1, 'coupon',
        143, 1550, 7, 0.4286, null, null, null, null, null, null, null, 'insufficient_data'),
      ('inc-1', 'late_parcels', {D} - interval 50 day, {D} - interval 49 day, 210, 5, 0, 0, 1,
        'points', 200, 1125, 0, null, 180, 0.172, 900, 0.09, 0.082, 0.023, 0.141, 'ok'),
      ('inc-0', 'long_ago', {D} - interval 200 day, {D} - interval 199 day, 9, 0, 0, 0, 0, null, 0,
        null, 0, null, 9, 0, 9, 0, 0, null, null, 'insufficient_data')""",
    f"""insert into serving.marts.incident_duties (incident_id, duty, due_at, done_at, is_late,
      status)
    values ('inc-2', 'apology', {D} - interval 28 hour, {D} - interval 29 hour, false, 'ok'),
      ('inc-2', 'service', {D} - interval 6 hour, null, true, 'ok'),
      ('inc-2', 'review', {D} + interval 42 hour, null, false, 'ok'),
      ('inc-1', 'apology', {D} - interval 1198 hour, {D} - interval 1190 hour, true, 'ok')""",
    f"""insert into serving.marts.care_lists (as_of_date, list, user_id, evidence, evidence_zh,
      measured_rate, rule_id)
    select {D}, 'high_value_silent', 'user_' || i, 'gold, silent for ' || (20 + i) || ' days',
      '黄金，沉默 ' || (20 + i) || ' 天', null, 'S3-2' from range(30) t(i)
    union all select {D}, 'high_potential', 'user_99', '8 days with a login in a row',
      '连续登录 8 天', 0.25, 'S3-37'""",
    f"""insert into serving.marts.core_thresholds (as_of_date, threshold_set, phase, is_in_force,
      min_weekly_logins, min_session_minutes, min_monthly_spend, min_contributions, users_admitted,
      monthly_spend, status)
    values ({D} - 2, 'loyal_spender', '*', true, 1, 30, 10000, null, 12, 150000, 'ok'),
      ({D} - 2, 'half_the_spend', '*', false, 1, 30, 5000, null, 41, 290000, 'ok')""",
    f"""insert into serving.marts.core_users (user_id, rule_set, valid_from, valid_to)
    select 'user_' || i, 'loyal_spender', {D} - 9, case when i > 11 then {D} - 2 end
    from range(14) t(i)""",
    f"""insert into serving.marts.potential_scores (as_of_date, user_id, potential_score, status)
    select {D}, 'user_' || i, i, 'ok' from range(80) t(i)""",
    """insert into serving.marts.suggestions (suggestion_id, user_id, state, submitted_at)
    select 's' || i, 'user_1', ['received', 'done', 'received'][1 + i % 3], timestamp '2026-11-01'
    from range(9) t(i)""",
    """insert into serving.marts.feedback_monthly (month, kind, count, answered, response_hours,
      answered_in_time, status)
    values (date '2026-11-01', 'complaint', 20, 16, 12.9, 0.1, 'ok'),
      (date '2026-11-01', 'feedback', 66, null, null, null, 'insufficient_data'),
      (date '2026-11-01', 'suggestion', null, null, null, null, 'unknown')""",
    f"""insert into serving.marts.points_balances (as_of_date, user_id, tier, outstanding,
      is_negative, expiring_this_month, expiring_this_year, liability)
    select {D}, 'user_' || i, 'gold', 100 - 200 * cast(i = 0 as integer), i = 0,
      case when i < 11 then 10 else 0 end, 50, 1.11 from range(41) t(i)""",
    """insert into serving.marts.points_months (month, is_complete, landed_days, issued, redeemed,
      expired, outstanding, liability, inflation_outstanding, inflation_issued, status)
    values (date '2026-09-01', true, 30, 9000, 4000, 500, 30000, 320.5, null, null,
        'insufficient_data'),
      (date '2026-10-01', true, 31, 9500, 4500, 700, 34300, 371, 0.21, 0.05, 'ok'),
      (date '2026-11-01', false, 25, 3100, 900, 0, 36500, 390, null, null, 'insufficient_data')""",
    """insert into serving.marts.aarrr_cohorts (cohort_week, stage, channel, cohort_size, users,
      rate, is_mature, status)
    select date '2026-11-02' - cast(7 * ago as integer), stage, 'all', 100, share * 100,
      case when ago > late then share end, ago > late, 'ok'
    from range(10) w(ago), (values ('acquisition', 1.0, -1), ('activation', 0.4, 0),
      ('retention', 0.3, 0), ('revenue', 0.2, -1), ('referral', null, -1)) s(stage, share, late)""",
    """insert into serving.marts.channel_economics (month, channel, spend, new_users,
      new_customers, cac, ltv_predicted, ltv_realised, ltv_cac, payback_months, status)
    values (date '2026-11-01', 'baidu', 9, 9, 9, 9, 9, 9, 9, 9, 'insufficient_data'),
      (date '2026-10-01', 'direct', 0, 120, 60, 0, 900, 300, null, 0, 'ok'),
      (date '2026-10-01', 'baidu', 5000, 90, 40, 125, 500, 210, 4, 2.5, 'insufficient_data'),
      (date '2026-09-01', 'baidu', null, 80, 30, null, 480, 250, null, null, 'unknown')""",
    f"""insert into serving.marts.growth_levels (as_of_date, user_id, level, honour)
    select {D}, 'user_' || i, ['bronze', 'silver', 'king'][1 + i % 3],
      case when i % 3 = 2 then 'crowned' end from range(30) t(i)""",
    f"""insert into serving.marts.benefit_balances (as_of_date, user_id, benefit, is_entitled,
      quota, used, remaining, status)
    select {D}, 'user_' || i, 'free_shipping', i < 20, 2, i % 2, case when i < 20 then 2 - i % 2
      else 0 end, 'ok' from range(25) t(i)""",
    """insert into serving.marts.programme_balance (month, is_complete, cost_points,
      cost_benefits, treated_users, holdout_users, incremental_revenue, balance, status)
    values (date '2026-10-01', true, 800, 200, 900, 100, 1500, 500, 'ok'),
      (date '2026-09-01', true, 700, null, 0, 0, null, null, 'unknown')""",
    """insert into serving.marts.incentive_dependence (tier, users, activity_before,
      activity_during, activity_after, repurchase_before, repurchase_during, repurchase_after,
      dependence, status)
    values ('gold', 40, 0.1, 0.4, 0.2, null, 0.5, 0.3, 0.5, 'ok'),
      ('all', 90, 0.1, 0.3, 0.12, 0.2, 0.4, 0.25, 0.6, 'ok')""",
    """insert into serving.marts.user_layers (user_id, value, need, behaviour)
    select 'user_' || i, ['gold', 'none'][1 + i % 2], 'bargains',
      ['advocate', 'none'][1 + i % 4 // 2] from range(40) t(i)""",
    """insert into serving.marts.demographic_segments (demographic, demographic_value,
      behaviour_class, users, share)
    values ('gender', 'female', 'advocate', 30, 0.75), ('gender', 'female', 'none', 10, 0.25),
      ('gender', 'unknown', 'none', 900, 1)""",
)
