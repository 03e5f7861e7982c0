CREATE TABLE notices (
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    kind TEXT NOT NULL,
    about_id UUID NOT NULL,
    stage TEXT NOT NULL,
    deadline_at TIMESTAMP WITH TIME ZONE,
    facts JSONB NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_notices PRIMARY KEY (id),
    CONSTRAINT fk_notices_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE INDEX ix_notices_user_id ON notices (user_id, created_at, id);

CREATE UNIQUE INDEX uq_notices_event ON notices (kind, about_id, stage, user_id);

CREATE TABLE devices (
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    platform TEXT NOT NULL,
    token_hash BYTEA,
    token_sealed BYTEA,
    registered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    removed_at TIMESTAMP WITH TIME ZONE,
    removed_because TEXT,
    CONSTRAINT pk_devices PRIMARY KEY (id),
    CONSTRAINT ck_devices_platform CHECK (platform IN ('fcm','apns')),
    CONSTRAINT ck_devices_token_of_present CHECK ((removed_at IS NULL) = (token_hash IS NOT NULL) AND (token_hash IS NULL) = (token_sealed IS NULL)),
    CONSTRAINT fk_devices_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT uq_devices_token_hash UNIQUE (token_hash)
);

CREATE INDEX ix_devices_user_id ON devices (user_id);

CREATE TABLE notice_settings (
    user_id UUID NOT NULL,
    kind TEXT NOT NULL,
    email BOOLEAN NOT NULL,
    push BOOLEAN NOT NULL,
    CONSTRAINT pk_notice_settings PRIMARY KEY (user_id, kind),
    CONSTRAINT fk_notice_settings_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE TABLE notice_deliveries (
    id UUID NOT NULL,
    notice_id UUID NOT NULL,
    channel TEXT NOT NULL,
    device_id UUID,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    outcome_code TEXT,
    CONSTRAINT pk_notice_deliveries PRIMARY KEY (id),
    CONSTRAINT uq_notice_deliveries_notice_id_device_id UNIQUE (notice_id, device_id),
    CONSTRAINT ck_notice_deliveries_channel CHECK (channel IN ('email','push')),
    CONSTRAINT ck_notice_deliveries_push_to_device CHECK ((channel = 'push') = (device_id IS NOT NULL)),
    CONSTRAINT ck_notice_deliveries_state CHECK (state IN ('queued','sending','sent','failed','unknown')),
    CONSTRAINT ck_notice_deliveries_attempts CHECK (attempts >= 0),
    CONSTRAINT ck_notice_deliveries_finished CHECK ((state IN ('sent','failed')) = (finished_at IS NOT NULL)),
    CONSTRAINT fk_notice_deliveries_notice_id FOREIGN KEY(notice_id) REFERENCES notices (id),
    CONSTRAINT fk_notice_deliveries_device_id FOREIGN KEY(device_id) REFERENCES devices (id)
);

CREATE INDEX ix_notice_deliveries_device_id ON notice_deliveries (device_id);

CREATE INDEX ix_notice_deliveries_due ON notice_deliveries (due_at) WHERE state IN ('queued','sending','unknown');

CREATE UNIQUE INDEX uq_notice_deliveries_email ON notice_deliveries (notice_id) WHERE device_id IS NULL;

CREATE TABLE notice_rounds (
    name TEXT NOT NULL,
    ran_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_notice_rounds PRIMARY KEY (name)
);

