DROP FUNCTION stop_usual_timer;

DROP FUNCTION record_usual_time;

CREATE FUNCTION record_usual_time(
  p_entry uuid, p_trainer uuid, p_engagement uuid, p_position uuid, p_project uuid, p_company uuid,
  p_started_at timestamptz, p_ended_at timestamptz, p_note text, p_task_reference text,
  p_week_starts_at timestamptz, p_week_ends_at timestamptz,
  p_scopes text[], p_scope_ids uuid[], p_periods text[], p_now timestamptz,
  OUT sheet_id uuid, OUT used bigint[], OUT agreed bigint[], OUT rate_from timestamptz,
  OUT rate_minor bigint, OUT rate_currency text
) LANGUAGE plpgsql AS $$
DECLARE
  v_seconds bigint := extract(epoch FROM p_ended_at - p_started_at);
  v_needed bigint[];
  v_weekly bigint;
  v_total bigint;
BEGIN
  BEGIN
    SELECT array_agg(l.used ORDER BY l.place) INTO used FROM (
      SELECT w.place, c.used FROM cap_counters c
      JOIN unnest(p_scopes, p_scope_ids, p_periods)
        WITH ORDINALITY AS w (scope, scope_id, period, place) USING (scope, scope_id, period)
      ORDER BY w.place FOR UPDATE OF c) AS l;
    IF coalesce(cardinality(used), 0) <> 6 THEN RAISE SQLSTATE 'LW001'; END IF;

    SELECT effective_at, bill_minor, currency INTO rate_from, rate_minor, rate_currency
    FROM engagement_bill_terms
    WHERE engagement_id = p_engagement AND effective_at < p_ended_at
    ORDER BY effective_at DESC LIMIT 1;
    IF rate_from IS NULL OR rate_from > p_started_at THEN RAISE SQLSTATE 'LW001'; END IF;

    SELECT max(weekly_minutes) INTO v_weekly FROM engagement_limits
    WHERE engagement_id = p_engagement AND effective_at < p_week_ends_at
      AND effective_at >= coalesce(
        (SELECT max(effective_at) FROM engagement_limits
         WHERE engagement_id = p_engagement AND effective_at <= p_week_starts_at), '-infinity');
    SELECT total_minutes INTO v_total FROM engagement_limits
    WHERE engagement_id = p_engagement AND effective_at <= p_now
    ORDER BY effective_at DESC LIMIT 1;
    IF NOT FOUND OR v_weekly IS NULL THEN RAISE SQLSTATE 'LW001'; END IF;

    agreed := ARRAY[
      coalesce((SELECT weekly_minutes FROM trainer_week_caps WHERE trainer_id = p_trainer),
               2400) * 60,
      v_weekly * 60,
      coalesce(v_total * 60, 4611686018427387904),
      coalesce((SELECT total_minutes FROM positions WHERE id = p_position) * 60, 4611686018427387904),
      coalesce((SELECT budget_minor FROM project_bill_terms WHERE project_id = p_project) * 3600,
               4611686018427387904),
      coalesce((SELECT credit_limit_minor FROM credit_terms
                WHERE company_id = p_company AND effective_at <= p_now
                ORDER BY effective_at DESC LIMIT 1),
               1000000) * 3600];
    v_needed := ARRAY[v_seconds, v_seconds, v_seconds, v_seconds,
                      v_seconds * rate_minor, v_seconds * rate_minor];
    FOR i IN 1..6 LOOP
      IF used[i] + v_needed[i] > agreed[i] THEN RAISE SQLSTATE 'LW001'; END IF;
      used[i] := used[i] + v_needed[i];
    END LOOP;

    SELECT id INTO sheet_id FROM timesheets
    WHERE engagement_id = p_engagement AND week_starts_at = p_week_starts_at
      AND state IN ('open', 'sent_back');
    IF sheet_id IS NULL THEN RAISE SQLSTATE 'LW001'; END IF;

    INSERT INTO time_entries (
      id, root_id, trainer_id, engagement_id, company_id, timesheet_id, week_starts_at, source,
      state, started_at, ended_at, phone_offset_seconds, said_started_at, said_ended_at, note,
      task_reference, at_platform_cost, version, created_at, changed_at)
    VALUES (
      p_entry, p_entry, p_trainer, p_engagement, p_company, sheet_id, p_week_starts_at, 'manual',
      'recorded', p_started_at, p_ended_at, 0, p_started_at, p_ended_at, p_note,
      p_task_reference, false, 1, p_now, p_now);

    UPDATE cap_counters c SET used = c.used + w.by, cap = greatest(w.agreed, c.used)
    FROM unnest(p_scopes, p_scope_ids, p_periods, v_needed, agreed)
      AS w (scope, scope_id, period, by, agreed)
    WHERE c.scope = w.scope AND c.scope_id = w.scope_id AND c.period = w.period;
  EXCEPTION WHEN SQLSTATE 'LW001' OR unique_violation OR exclusion_violation THEN
    sheet_id := NULL;
  END;
END
$$;

DROP TRIGGER positions_hold_cap ON positions;

DROP FUNCTION positions_hold_cap;

DROP TRIGGER project_bill_terms_hold_cap ON project_bill_terms;

DROP FUNCTION project_bill_terms_hold_cap;

DROP TRIGGER credit_terms_hold_cap ON credit_terms;

DROP FUNCTION credit_terms_hold_cap;

DROP FUNCTION hold_cap_lease;

UPDATE cap_counters c SET used = used - l.units FROM (
  SELECT 'position_total' AS scope, position_id AS id, sum(position_units) AS units FROM cap_leases GROUP BY 1, 2
  UNION ALL
  SELECT 'project_budget', project_id, sum(budget_units) FROM cap_leases GROUP BY 1, 2
  UNION ALL
  SELECT 'credit_limit', company_id, sum(credit_units) FROM cap_leases GROUP BY 1, 2
) AS l WHERE c.scope = l.scope AND c.scope_id = l.id AND c.period = '';

DROP TABLE cap_leases;
