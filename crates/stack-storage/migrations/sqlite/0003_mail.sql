-- The outbox. What a mail says stands last, sealed: it holds codes. due_at is when a worker takes a mail up: at its next
-- attempt, or when the lease of whoever sends it runs out.
CREATE TABLE emails (
    project_id TEXT NOT NULL,
    id TEXT NOT NULL,
    template TEXT NOT NULL,
    state TEXT NOT NULL,
    is_paused BOOLEAN NOT NULL,
    skip_deliverability_check BOOLEAN NOT NULL,
    may_have_been_sent BOOLEAN NOT NULL,
    attempts BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    rendered_at BIGINT NOT NULL,
    scheduled_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    started_sending_at BIGINT,
    finished_at BIGINT,
    lease_id TEXT,
    skip_reason TEXT,
    failures TEXT NOT NULL,
    content TEXT NOT NULL,
    CONSTRAINT emails_pkey PRIMARY KEY (project_id, id),
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE
);
CREATE INDEX emails_created ON emails (project_id, created_at, id);
CREATE INDEX emails_started_sending ON emails (project_id, started_sending_at);
CREATE INDEX emails_due ON emails (project_id, due_at) WHERE (finished_at IS NULL);
CREATE INDEX emails_finished ON emails (finished_at) WHERE (finished_at IS NOT NULL);
