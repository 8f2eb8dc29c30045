-- What providers let us do in the name of a user's account there. Tokens are sealed texts; the state of sign-ins that
-- are under way and their codes are one_time_codes.

CREATE TABLE oauth_tokens (
    project_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    account_id TEXT COLLATE "C" NOT NULL,
    scopes TEXT COLLATE "C" NOT NULL,
    access_token_expires_at BIGINT,
    updated_at BIGINT NOT NULL,
    access_token TEXT NOT NULL,
    refresh_token TEXT,
    CONSTRAINT oauth_tokens_pkey PRIMARY KEY (project_id, id),
    FOREIGN KEY (project_id, account_id) REFERENCES oauth_accounts (project_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX oauth_tokens_scopes ON oauth_tokens (project_id, account_id, scopes);

CREATE INDEX oauth_accounts_account ON oauth_accounts (project_id, account_id);
