-- Budgets of tries. key_hash is a keyed hash of what is limited; full_at is when the budget will be full again: one
-- number says how much of it is spent.

CREATE TABLE rate_limits (
    project_id TEXT NOT NULL,
    key_hash BLOB NOT NULL,
    full_at BIGINT NOT NULL,
    CONSTRAINT rate_limits_pkey PRIMARY KEY (project_id, key_hash),
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE
);
CREATE INDEX rate_limits_full ON rate_limits (full_at);
