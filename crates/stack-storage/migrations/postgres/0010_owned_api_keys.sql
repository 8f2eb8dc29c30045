-- The API keys of users and teams. Of a key there is no more than its hash and its end; user_id or team_id says whose
-- it is, and it goes with them.

CREATE TABLE owned_api_keys (
    project_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C",
    team_id TEXT COLLATE "C",
    hash BYTEA NOT NULL,
    is_public BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    last_four TEXT NOT NULL,
    description TEXT NOT NULL,
    CONSTRAINT owned_api_keys_pkey PRIMARY KEY (project_id, id),
    CONSTRAINT owned_api_keys_one_owner CHECK ((user_id IS NULL) <> (team_id IS NULL)),
    FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE,
    FOREIGN KEY (project_id, team_id) REFERENCES teams (project_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX owned_api_keys_hash ON owned_api_keys (project_id, hash);
CREATE INDEX owned_api_keys_user ON owned_api_keys (project_id, user_id, created_at, id);
CREATE INDEX owned_api_keys_team ON owned_api_keys (project_id, team_id, created_at, id);
