-- Where events are sent to. secrets holds signing secrets and headers, sealed. paced_until is when the rate limit lets
-- the next message through.
CREATE TABLE webhook_endpoints (
    project_id TEXT NOT NULL,
    id TEXT NOT NULL,
    uid TEXT,
    url TEXT NOT NULL,
    description TEXT NOT NULL,
    is_disabled BOOLEAN NOT NULL,
    event_types TEXT NOT NULL,
    channels TEXT NOT NULL,
    metadata TEXT NOT NULL,
    rate_limit BIGINT,
    secrets TEXT NOT NULL,
    paced_until BIGINT NOT NULL,
    failing_since BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT webhook_endpoints_pkey PRIMARY KEY (project_id, id),
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX webhook_endpoints_uid ON webhook_endpoints (project_id, uid) WHERE (uid IS NOT NULL);
CREATE INDEX webhook_endpoints_id ON webhook_endpoints (id);

-- The outbox: what is said, written in the transaction of the change that it tells of.
CREATE TABLE webhook_messages (
    project_id TEXT NOT NULL,
    id TEXT NOT NULL,
    event_id TEXT,
    event_type TEXT NOT NULL,
    channels TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    payload TEXT NOT NULL,
    CONSTRAINT webhook_messages_pkey PRIMARY KEY (project_id, id),
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX webhook_messages_event ON webhook_messages (project_id, event_id) WHERE (event_id IS NOT NULL);
CREATE INDEX webhook_messages_created ON webhook_messages (created_at);

-- A message on its way to an endpoint. position counts those of one object at one endpoint; is_tried is whether a first
-- attempt was made, before which the next of the object waits. due_at is when a worker takes it up, or when the lease of
-- whoever sends it ends; is_paced says that it waits for the rate limit.
CREATE TABLE webhook_deliveries (
    project_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    endpoint_id TEXT NOT NULL,
    object TEXT NOT NULL,
    position BIGINT NOT NULL,
    status TEXT NOT NULL,
    tries BIGINT NOT NULL,
    is_tried BOOLEAN NOT NULL,
    is_manual BOOLEAN NOT NULL,
    is_paced BOOLEAN NOT NULL,
    due_at BIGINT NOT NULL,
    lease_id TEXT,
    finished_at BIGINT,
    CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (project_id, message_id, endpoint_id),
    FOREIGN KEY (project_id, message_id) REFERENCES webhook_messages (project_id, id) ON DELETE CASCADE,
    FOREIGN KEY (project_id, endpoint_id) REFERENCES webhook_endpoints (project_id, id) ON DELETE CASCADE
);
CREATE INDEX webhook_deliveries_object ON webhook_deliveries (project_id, endpoint_id, object, position);
CREATE INDEX webhook_deliveries_untried ON webhook_deliveries (project_id, endpoint_id, object, position) WHERE (NOT is_tried);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (due_at, message_id) WHERE (finished_at IS NULL);

-- The log.
CREATE TABLE webhook_attempts (
    project_id TEXT NOT NULL,
    id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    endpoint_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    succeeded BOOLEAN NOT NULL,
    response_status BIGINT NOT NULL,
    is_manual BOOLEAN NOT NULL,
    url TEXT NOT NULL,
    response TEXT NOT NULL,
    CONSTRAINT webhook_attempts_pkey PRIMARY KEY (project_id, id),
    FOREIGN KEY (project_id, message_id, endpoint_id)
        REFERENCES webhook_deliveries (project_id, message_id, endpoint_id) ON DELETE CASCADE
);
CREATE INDEX webhook_attempts_message ON webhook_attempts (project_id, message_id, endpoint_id, id);
CREATE INDEX webhook_attempts_endpoint ON webhook_attempts (project_id, endpoint_id, id);
