-- Logins of command line tools. Of the codes there are hashes only; the tokens are sealed, and wiped once they were given.

CREATE TABLE cli_logins (
    project_id TEXT NOT NULL,
    polling_code_hash BLOB NOT NULL,
    login_code_hash BLOB NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    refresh_token TEXT,
    anonymous_refresh_token TEXT,
    CONSTRAINT cli_logins_pkey PRIMARY KEY (project_id, polling_code_hash),
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX cli_logins_login_code ON cli_logins (project_id, login_code_hash);
CREATE INDEX cli_logins_expiry ON cli_logins (expires_at);

-- Sessions are swept, too.
CREATE INDEX sessions_expiry ON sessions (expires_at);
