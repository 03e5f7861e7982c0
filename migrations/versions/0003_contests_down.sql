DROP TABLE contests;
ALTER TABLE timesheets
    DROP CONSTRAINT ck_timesheets_state,
    ADD CONSTRAINT ck_timesheets_state CHECK (state IN ('open','submitted','approved','sent_back'));
ALTER TABLE time_entries
    DROP CONSTRAINT ck_time_entries_state,
    ADD CONSTRAINT ck_time_entries_state CHECK (state IN ('running','recorded','on_timesheet','approved','over_cap','declined','deleted'));
