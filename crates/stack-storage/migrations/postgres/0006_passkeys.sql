-- Passkeys, one a user at most, and the last 30 seconds of which a code of an authenticator app was accepted.

CREATE TABLE passkeys (
    project_id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    credential_id BYTEA NOT NULL,
    sign_count BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    rp_id TEXT NOT NULL,
    public_key BYTEA NOT NULL,
    CONSTRAINT passkeys_pkey PRIMARY KEY (project_id, user_id),
    FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX passkeys_credential ON passkeys (project_id, credential_id);

ALTER TABLE users ADD COLUMN totp_last_step BIGINT;
