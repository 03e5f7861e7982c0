DROP INDEX ix_time_entries_company_id;

DROP INDEX ix_time_entries_root_id;

CREATE INDEX ix_time_entries_root_id ON time_entries (root_id) WHERE root_id <> id;

DROP INDEX ix_time_entries_approval_id;

CREATE INDEX ix_time_entries_approval_id ON time_entries (approval_id) WHERE approval_id IS NOT NULL;

DROP FUNCTION record_usual_time;

CREATE FUNCTION record_usual_time(
  p_token_hash bytea, p_entry uuid, p_engagement uuid, p_started_at timestamptz,
  p_ended_at timestamptz, p_note text, p_task_reference text, p_now timestamptz,
  p_phone_started_at timestamptz, p_phone_offset_seconds bigint,
  OUT user_id uuid, OUT trainer_id uuid, OUT company_id uuid, OUT sheet_id uuid,
  OUT week_starts_at timestamptz, OUT week_ends_at timestamptz, OUT used bigint[],
  OUT agreed bigint[], OUT rate_minor bigint
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_seconds bigint := extract(epoch FROM p_ended_at - p_started_at);
  v_position uuid; v_project uuid; v_sheet uuid; v_asked jsonb; v_crowd bigint; v_day date;
  v_week timestamptz; v_rate_from timestamptz; v_taking boolean;
  v_needed bigint[]; v_free bigint[]; v_shared bigint[]; v_leased boolean; v_own bigint;
  v_weight bigint; v_room bigint; v_slice bigint;
  v_moved bigint[] := ARRAY[0, 0, 0, 0, 0, 0]; v_added bigint[] := ARRAY[0, 0, 0];
BEGIN

    SELECT u.id, g.subject_id INTO user_id, trainer_id
    FROM access_tokens a JOIN sign_in_sessions s ON s.id = a.session_id
    JOIN users u ON u.id = s.user_id JOIN grants g ON g.user_id = u.id
    WHERE a.token_hash = p_token_hash AND a.expires_at > p_now AND s.revoked_at IS NULL
      AND u.disabled_at IS NULL AND u.door = 'trainer'
    ORDER BY g.subject_id LIMIT 1;

    SELECT e.company_id, e.position_id, e.project_id, p.requirements, p.seats_taken
    INTO company_id, v_position, v_project, v_asked, v_crowd
    FROM engagements e JOIN positions p ON p.id = e.position_id
    WHERE e.id = p_engagement AND e.trainer_id = record_usual_time.trainer_id
      AND e.ended_at IS NULL AND (e.state = 'active' OR p_phone_started_at IS NULL)
      AND NOT e.pauses && tstzrange(p_started_at, p_ended_at)
      AND p_started_at >= (e.starts_on + 1)::timestamp AT TIME ZONE 'UTC'
      AND (e.ends_on IS NULL OR p_ended_at <= e.ends_on::timestamp AT TIME ZONE 'UTC');
    IF NOT FOUND THEN RETURN; END IF;

    v_day := (p_ended_at AT TIME ZONE 'UTC')::date + 1;
    IF EXISTS (
      SELECT FROM jsonb_array_elements_text(v_asked -> 'credentials') AS asked (type)
      WHERE NOT EXISTS (
        SELECT FROM credentials c WHERE c.trainer_id = record_usual_time.trainer_id
          AND c.type = asked.type AND c.state IN ('verified')
          AND (c.expires_on IS NULL OR c.expires_on >= v_day)))
      OR jsonb_array_length(v_asked -> 'specialties') > 0 AND NOT EXISTS (
        SELECT FROM credentials c WHERE c.trainer_id = record_usual_time.trainer_id
          AND v_asked -> 'specialties' ? c.specialty_key AND c.state IN ('verified')
          AND (c.expires_on IS NULL OR c.expires_on >= v_day))
    THEN RETURN; END IF;

    SELECT t.id, t.week_starts_at, t.week_ends_at INTO v_sheet, week_starts_at, week_ends_at
    FROM timesheets t
    WHERE t.engagement_id = p_engagement AND t.week_starts_at <= p_started_at
    ORDER BY t.week_starts_at DESC LIMIT 1;
    v_week := date_trunc('week', p_started_at, 'UTC');
    IF week_ends_at IS NULL OR p_ended_at > least(week_ends_at, v_week + interval '7 days') THEN
      RETURN;
    END IF;

    SELECT array_agg(l.used ORDER BY l.place) INTO used FROM (
      SELECT w.place, c.used FROM cap_counters c JOIN (VALUES
        (1, 'trainer_week', record_usual_time.trainer_id, to_char(v_week, 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')),
        (2, 'engagement_week', p_engagement, to_char(week_starts_at, 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')),
        (3, 'engagement_total', p_engagement, '')) AS w (place, scope, scope_id, period)
      USING (scope, scope_id, period)
      ORDER BY w.place FOR UPDATE OF c) AS l;
    IF coalesce(cardinality(used), 0) <> 3 THEN RETURN; END IF;

    SELECT b.effective_at, b.bill_minor, l.position_units >= v_seconds
      AND least(l.budget_units, l.credit_units) >= v_seconds * b.bill_minor
    INTO v_rate_from, rate_minor, v_leased
    FROM engagement_bill_terms b LEFT JOIN cap_leases l USING (engagement_id)
    WHERE b.engagement_id = p_engagement AND b.effective_at < p_ended_at
    ORDER BY b.effective_at DESC LIMIT 1;
    IF v_rate_from IS NULL OR v_rate_from > p_started_at THEN RETURN; END IF;
    v_leased := coalesce(v_leased, false);
    v_needed := ARRAY[v_seconds, v_seconds, v_seconds,
                      v_seconds, v_seconds * rate_minor, v_seconds * rate_minor];

    IF NOT v_leased THEN
      PERFORM FROM cap_counters c JOIN (VALUES
        (4, 'position_total', v_position, ''), (5, 'project_budget', v_project, ''),
        (6, 'credit_limit', record_usual_time.company_id, '')) AS w (place, scope, scope_id, period)
      USING (scope, scope_id, period)
      ORDER BY w.place FOR UPDATE OF c;
    END IF;

    SELECT
      ARRAY[
        coalesce((SELECT w.weekly_minutes FROM trainer_week_caps w
                  WHERE w.trainer_id = record_usual_time.trainer_id),
                 2400) * 60,
        (SELECT max(l.weekly_minutes) FROM engagement_limits l
         WHERE l.engagement_id = p_engagement AND l.effective_at < week_ends_at
           AND l.effective_at >= coalesce(
             (SELECT max(b.effective_at) FROM engagement_limits b
              WHERE b.engagement_id = p_engagement
                AND b.effective_at <= record_usual_time.week_starts_at), '-infinity')) * 60,
        (SELECT coalesce(l.total_minutes * 60, 4611686018427387904) FROM engagement_limits l
         WHERE l.engagement_id = p_engagement AND l.effective_at <= p_now
         ORDER BY l.effective_at DESC LIMIT 1),
        coalesce((SELECT p.total_minutes FROM positions p WHERE p.id = v_position) * 60,
                 4611686018427387904),
        coalesce((SELECT b.budget_minor FROM project_bill_terms b
                  WHERE b.project_id = v_project) * 3600, 4611686018427387904),
        coalesce((SELECT t.credit_limit_minor FROM credit_terms t
                  WHERE t.company_id = record_usual_time.company_id AND t.effective_at <= p_now
                  ORDER BY t.effective_at DESC LIMIT 1),
                 1000000) * 3600],
      ARRAY(SELECT c.used FROM cap_counters c JOIN (VALUES
        (4, 'position_total', v_position, ''), (5, 'project_budget', v_project, ''),
        (6, 'credit_limit', record_usual_time.company_id, '')) AS w (place, scope, scope_id, period)
        USING (scope, scope_id, period) ORDER BY w.place),
      coalesce((SELECT ARRAY[l.position_units, l.budget_units, l.credit_units] FROM cap_leases l
                WHERE l.engagement_id = p_engagement), ARRAY[0, 0, 0]),
      EXISTS (SELECT FROM timesheets t WHERE t.id = v_sheet AND t.state IN ('open', 'sent_back'))
    INTO agreed, v_shared, v_free, v_taking;
    IF NOT v_taking OR agreed[2] IS NULL OR agreed[3] IS NULL OR cardinality(v_shared) <> 3
    THEN RETURN; END IF;
    used := used || v_shared;
    v_own := 4611686018427387904;
    FOR i IN 1..3 LOOP
      IF used[i] + v_needed[i] > agreed[i] THEN RETURN; END IF;
      used[i] := used[i] + v_needed[i];
      v_own := least(v_own, agreed[i] - used[i]);
    END LOOP;

    FOR i IN 4..6 LOOP
      v_weight := CASE i WHEN 4 THEN 1 ELSE rate_minor END;
      IF v_leased THEN
        IF used[i] > agreed[i] THEN RETURN; END IF;
        v_moved[i] := 0;
        v_free[i - 3] := v_free[i - 3] - v_needed[i];
      ELSE
        v_room := agreed[i] - used[i] - v_needed[i];
        IF v_room < 0 THEN RETURN; END IF;
        v_slice := least(agreed[2] * v_weight - v_free[i - 3],
          v_room / (4 * greatest(16, v_crowd)));
        IF v_slice <= 0 OR v_slice * 160 < agreed[2] * v_weight THEN
          v_slice := 0;
        END IF;
        v_moved[i] := v_needed[i] + v_slice;
        v_added[i - 3] := v_slice;
        v_free[i - 3] := v_free[i - 3] + v_slice;
      END IF;
      used[i] := used[i] + v_moved[i] - v_free[i - 3];
      IF (agreed[i] - used[i]) / v_weight < v_own THEN RETURN; END IF;
    END LOOP;

    IF v_leased THEN
      UPDATE cap_leases l SET position_units = l.position_units - v_needed[4],
        budget_units = l.budget_units - v_needed[5], credit_units = l.credit_units - v_needed[6]
      WHERE l.engagement_id = p_engagement AND l.position_units >= v_needed[4]
        AND l.budget_units >= v_needed[5] AND l.credit_units >= v_needed[6];
      IF NOT FOUND THEN RETURN; END IF;
    ELSIF v_added <> ARRAY[0, 0, 0]::bigint[] THEN
      INSERT INTO cap_leases AS l (engagement_id, position_id, project_id, company_id,
                                   position_units, budget_units, credit_units)
      VALUES (p_engagement, v_position, v_project, record_usual_time.company_id,
              v_added[1], v_added[2], v_added[3])
      ON CONFLICT ON CONSTRAINT pk_cap_leases DO UPDATE
      SET position_units = l.position_units + v_added[1],
          budget_units = l.budget_units + v_added[2],
          credit_units = l.credit_units + v_added[3];
    END IF;
    INSERT INTO time_entries (
      id, root_id, trainer_id, engagement_id, company_id, timesheet_id, week_starts_at, source,
      state, started_at, ended_at, stops_by_at, phone_offset_seconds, said_started_at,
      said_ended_at, note, task_reference, at_platform_cost, version, created_at, changed_at)
    SELECT
      p_entry, p_entry, record_usual_time.trainer_id, p_engagement, record_usual_time.company_id,
      k.sheet, record_usual_time.week_starts_at, k.source, k.state, p_started_at, k.ended_at,
      k.stops_by_at, p_phone_offset_seconds, k.said_started_at, k.ended_at, p_note,
      p_task_reference, false, 1, p_now, p_now
    FROM (VALUES
      (false, v_sheet, 'manual', 'recorded', p_ended_at, NULL::timestamptz, p_started_at),
      (true, NULL::uuid, 'timer', 'running', NULL, p_ended_at, p_phone_started_at))
      AS k (timer, sheet, source, state, ended_at, stops_by_at, said_started_at)
    WHERE k.timer = (p_phone_started_at IS NOT NULL);

    UPDATE cap_counters c SET used = c.used + w.by, cap = greatest(w.agreed, c.used)
    FROM (VALUES
      ('trainer_week', record_usual_time.trainer_id, to_char(v_week, 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'),
       v_needed[1], record_usual_time.agreed[1]),
      ('engagement_week', p_engagement, to_char(record_usual_time.week_starts_at, 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'),
       v_needed[2], record_usual_time.agreed[2]),
      ('engagement_total', p_engagement, '', v_needed[3], record_usual_time.agreed[3]))
      AS w (scope, scope_id, period, by, agreed)
    WHERE c.scope = w.scope AND c.scope_id = w.scope_id AND c.period = w.period;
    IF NOT v_leased THEN
      UPDATE cap_counters c SET used = c.used + w.by, cap = greatest(w.agreed, c.used)
      FROM (VALUES
        ('position_total', v_position, '', v_moved[4], record_usual_time.agreed[4]),
        ('project_budget', v_project, '', v_moved[5], record_usual_time.agreed[5]),
        ('credit_limit', record_usual_time.company_id, '', v_moved[6],
         record_usual_time.agreed[6]))
        AS w (scope, scope_id, period, by, agreed)
      WHERE c.scope = w.scope AND c.scope_id = w.scope_id AND c.period = w.period;
    END IF;
    sheet_id := v_sheet;
END
$$;

DROP FUNCTION stop_usual_timer;

CREATE FUNCTION stop_usual_timer(
  p_token_hash bytea, p_entry uuid, p_stopped_at timestamptz, p_now timestamptz,
  OUT user_id uuid, OUT trainer_id uuid, OUT engagement_id uuid, OUT company_id uuid,
  OUT sheet_id uuid, OUT week_starts_at timestamptz, OUT started_at timestamptz,
  OUT ended_at timestamptz, OUT said_started_at timestamptz, OUT phone_offset_seconds bigint,
  OUT note text, OUT task_reference text, OUT version bigint, OUT created_at timestamptz
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_week timestamptz; v_until timestamptz; v_sheet uuid; v_position uuid; v_project uuid;
  v_rate bigint; v_rates bigint; v_back bigint; v_held bigint;
BEGIN
    SELECT u.id, g.subject_id INTO user_id, trainer_id
    FROM access_tokens a JOIN sign_in_sessions s ON s.id = a.session_id
    JOIN users u ON u.id = s.user_id JOIN grants g ON g.user_id = u.id
    WHERE a.token_hash = p_token_hash AND a.expires_at > p_now AND s.revoked_at IS NULL
      AND u.disabled_at IS NULL AND u.door = 'trainer'
    ORDER BY g.subject_id LIMIT 1;

    SELECT t.engagement_id, t.company_id, t.week_starts_at, t.started_at, e.position_id,
      e.project_id, date_trunc('week', t.started_at, 'UTC')
    INTO engagement_id, company_id, week_starts_at, started_at, v_position, v_project, v_week
    FROM time_entries t JOIN engagements e ON e.id = t.engagement_id
    WHERE t.id = p_entry AND t.root_id = p_entry
      AND t.trainer_id = stop_usual_timer.trainer_id AND t.state = 'running'
      AND NOT e.pauses && tstzrange(t.started_at, p_now, '[]');
    IF NOT FOUND THEN RETURN; END IF;

    SELECT count(*) INTO v_held FROM (
      SELECT c.used FROM cap_counters c JOIN (VALUES
        (1, 'trainer_week', stop_usual_timer.trainer_id, to_char(v_week, 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')),
        (2, 'engagement_week', stop_usual_timer.engagement_id,
         to_char(stop_usual_timer.week_starts_at, 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')),
        (3, 'engagement_total', stop_usual_timer.engagement_id, ''))
        AS w (place, scope, scope_id, period)
      USING (scope, scope_id, period)
      ORDER BY w.place FOR UPDATE OF c) AS l;
    IF v_held <> 3 THEN RETURN; END IF;

    SELECT t.stops_by_at, greatest(
        date_trunc('second', least(p_now, coalesce(
          p_stopped_at - make_interval(secs => t.phone_offset_seconds), p_now))),
        t.started_at + interval '1 second'),
      t.said_started_at, t.phone_offset_seconds, t.note, t.task_reference, t.version + 1,
      t.created_at
    INTO v_until, ended_at, said_started_at, phone_offset_seconds, note, task_reference, version,
      created_at
    FROM time_entries t
    WHERE t.id = p_entry AND t.state = 'running' AND t.said_ended_at IS NULL
      AND t.stops_by_at > t.started_at
      AND NOT EXISTS (SELECT FROM time_entries o WHERE o.root_id = p_entry AND o.root_id <> o.id);
    IF NOT FOUND OR ended_at > v_until OR v_until > v_week + interval '7 days' THEN
      RETURN;
    END IF;

    SELECT t.id INTO v_sheet FROM timesheets t
    WHERE t.engagement_id = stop_usual_timer.engagement_id
      AND t.week_starts_at = stop_usual_timer.week_starts_at
      AND t.week_ends_at >= v_until AND t.state IN ('open', 'sent_back');
    IF NOT FOUND THEN RETURN; END IF;

    SELECT count(*), max(b.bill_minor) INTO v_rates, v_rate FROM engagement_bill_terms b
    WHERE b.engagement_id = stop_usual_timer.engagement_id AND b.effective_at < v_until
      AND b.effective_at >= coalesce(
        (SELECT max(o.effective_at) FROM engagement_bill_terms o
         WHERE o.engagement_id = stop_usual_timer.engagement_id
           AND o.effective_at <= stop_usual_timer.started_at), '-infinity');
    IF v_rates <> 1 THEN RETURN; END IF;

    v_back := extract(epoch FROM v_until - ended_at);
    UPDATE time_entries t SET state = 'recorded', ended_at = stop_usual_timer.ended_at,
      stops_by_at = NULL, said_ended_at = stop_usual_timer.ended_at, timesheet_id = v_sheet,
      version = t.version + 1, changed_at = p_now
    WHERE t.id = p_entry;
    IF v_back > 0 THEN
      UPDATE cap_counters c SET used = c.used - v_back
      FROM (VALUES
        ('trainer_week', stop_usual_timer.trainer_id, to_char(v_week, 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')),
        ('engagement_week', stop_usual_timer.engagement_id,
         to_char(stop_usual_timer.week_starts_at, 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')),
        ('engagement_total', stop_usual_timer.engagement_id, '')) AS w (scope, scope_id, period)
      WHERE c.scope = w.scope AND c.scope_id = w.scope_id AND c.period = w.period;
      INSERT INTO cap_leases AS l (engagement_id, position_id, project_id, company_id,
                                   position_units, budget_units, credit_units)
      VALUES (stop_usual_timer.engagement_id, v_position, v_project,
              stop_usual_timer.company_id, v_back, v_back * v_rate, v_back * v_rate)
      ON CONFLICT ON CONSTRAINT pk_cap_leases DO UPDATE
      SET position_units = l.position_units + v_back,
          budget_units = l.budget_units + v_back * v_rate,
          credit_units = l.credit_units + v_back * v_rate;
    END IF;
    sheet_id := v_sheet;
END
$$;
