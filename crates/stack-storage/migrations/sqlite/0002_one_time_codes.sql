-- Codes that hold for minutes or days: one row each, its text unknown to us. Whatever expired is swept by expires_at.

CREATE TABLE one_time_codes (
    project_id TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    hash BLOB NOT NULL,
    tail_hash BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    attempts BIGINT NOT NULL,
    data TEXT NOT NULL,
    CONSTRAINT one_time_codes_pkey PRIMARY KEY (project_id, id),
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX one_time_codes_hash ON one_time_codes (project_id, kind, hash);
CREATE INDEX one_time_codes_tail ON one_time_codes (project_id, tail_hash);
CREATE INDEX one_time_codes_expiry ON one_time_codes (expires_at);
