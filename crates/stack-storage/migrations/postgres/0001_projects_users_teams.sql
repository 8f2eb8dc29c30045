-- The two files of this name differ in the types of bytes and in COLLATE "C" only. Columns stand in the order of their
-- size: SQLite can skip what is long if it stands at the end.

CREATE TABLE projects (
    id TEXT COLLATE "C" NOT NULL,
    display_name TEXT NOT NULL,
    is_production_mode BOOLEAN NOT NULL,
    owner_team_id TEXT COLLATE "C",
    onboarding_status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    description TEXT NOT NULL,
    config_project TEXT,
    config_branch TEXT,
    config_environment TEXT,
    config_branch_source TEXT,
    logo_url TEXT,
    logo_full_url TEXT,
    logo_dark_mode_url TEXT,
    logo_full_dark_mode_url TEXT,
    CONSTRAINT projects_pkey PRIMARY KEY (id)
);
CREATE INDEX projects_owner_team ON projects (owner_team_id);

CREATE TABLE api_key_sets (
    project_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    description TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    publishable_client_key_hash BYTEA,
    publishable_client_key_last_four TEXT,
    secret_server_key_hash BYTEA,
    secret_server_key_last_four TEXT,
    super_secret_admin_key_hash BYTEA,
    super_secret_admin_key_last_four TEXT,
    CONSTRAINT api_key_sets_pkey PRIMARY KEY (project_id, id),
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX api_key_sets_publishable_client_key ON api_key_sets (project_id, publishable_client_key_hash);
CREATE UNIQUE INDEX api_key_sets_secret_server_key ON api_key_sets (project_id, secret_server_key_hash);
CREATE UNIQUE INDEX api_key_sets_super_secret_admin_key ON api_key_sets (project_id, super_secret_admin_key_hash);

-- display_name_folded and contact_channels.value_folded are what searches look at: lower-cased by the program, since
-- the two databases lower-case differently.
CREATE TABLE users (
    project_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    signed_up_at BIGINT NOT NULL,
    last_active_at BIGINT NOT NULL,
    is_anonymous BOOLEAN NOT NULL,
    is_restricted BOOLEAN NOT NULL,
    otp_enabled BOOLEAN NOT NULL,
    requires_totp_mfa BOOLEAN NOT NULL,
    sign_up_bot_score BIGINT NOT NULL,
    sign_up_free_trial_abuse_score BIGINT NOT NULL,
    country_code TEXT,
    display_name TEXT,
    display_name_folded TEXT COLLATE "C",
    password_hash TEXT,
    totp_secret TEXT,
    restriction_reason TEXT,
    restriction_private_details TEXT,
    client_metadata TEXT,
    client_read_only_metadata TEXT,
    server_metadata TEXT,
    profile_image_url TEXT,
    CONSTRAINT users_pkey PRIMARY KEY (project_id, id),
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE
);
CREATE INDEX users_signed_up ON users (project_id, signed_up_at, id);

CREATE TABLE contact_channels (
    project_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    value_folded TEXT COLLATE "C" NOT NULL,
    is_primary BOOLEAN NOT NULL,
    is_verified BOOLEAN NOT NULL,
    used_for_auth BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT contact_channels_pkey PRIMARY KEY (project_id, id),
    FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
);
-- Holds all that a search for users reads of a channel.
CREATE INDEX contact_channels_search ON contact_channels (project_id, user_id, value_folded);
CREATE UNIQUE INDEX contact_channels_value ON contact_channels (project_id, user_id, kind, value);
CREATE UNIQUE INDEX contact_channels_primary ON contact_channels (project_id, user_id, kind) WHERE is_primary;
CREATE UNIQUE INDEX contact_channels_auth ON contact_channels (project_id, kind, value) WHERE used_for_auth;

CREATE TABLE oauth_accounts (
    project_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    provider_id TEXT COLLATE "C" NOT NULL,
    account_id TEXT COLLATE "C" NOT NULL,
    email TEXT,
    allow_sign_in BOOLEAN NOT NULL,
    allow_connected_accounts BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT oauth_accounts_pkey PRIMARY KEY (project_id, id),
    FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
);
CREATE INDEX oauth_accounts_user ON oauth_accounts (project_id, user_id);
CREATE UNIQUE INDEX oauth_accounts_sign_in ON oauth_accounts (project_id, provider_id, account_id) WHERE allow_sign_in;

CREATE TABLE sessions (
    project_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    token_hash BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    is_impersonation BOOLEAN NOT NULL,
    last_used_at BIGINT NOT NULL,
    last_used_ip_info TEXT,
    CONSTRAINT sessions_pkey PRIMARY KEY (project_id, id),
    FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX sessions_token_hash ON sessions (project_id, token_hash);
CREATE INDEX sessions_user ON sessions (project_id, user_id, created_at);

CREATE TABLE teams (
    project_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    display_name TEXT NOT NULL,
    client_metadata TEXT,
    client_read_only_metadata TEXT,
    server_metadata TEXT,
    profile_image_url TEXT,
    CONSTRAINT teams_pkey PRIMARY KEY (project_id, id),
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE
);

CREATE TABLE team_memberships (
    project_id TEXT COLLATE "C" NOT NULL,
    team_id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    is_selected BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    display_name TEXT,
    profile_image_url TEXT,
    CONSTRAINT team_memberships_pkey PRIMARY KEY (project_id, team_id, user_id),
    FOREIGN KEY (project_id, team_id) REFERENCES teams (project_id, id) ON DELETE CASCADE,
    FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
);
CREATE INDEX team_memberships_user ON team_memberships (project_id, user_id);
CREATE UNIQUE INDEX team_memberships_selected ON team_memberships (project_id, user_id) WHERE is_selected;

CREATE TABLE team_permissions (
    project_id TEXT COLLATE "C" NOT NULL,
    team_id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    permission_id TEXT COLLATE "C" NOT NULL,
    CONSTRAINT team_permissions_pkey PRIMARY KEY (project_id, team_id, user_id, permission_id),
    FOREIGN KEY (project_id, team_id, user_id)
        REFERENCES team_memberships (project_id, team_id, user_id) ON DELETE CASCADE
);

CREATE TABLE project_permissions (
    project_id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    permission_id TEXT COLLATE "C" NOT NULL,
    CONSTRAINT project_permissions_pkey PRIMARY KEY (project_id, user_id, permission_id),
    FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
);
