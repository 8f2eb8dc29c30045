-- Mail that projects write themselves: which kinds of it users want, what is being written, how fast it goes. Mails that
-- go to many users (is_bulk) wait behind all others. What sign-up rules did is counted here too: by the hour for a
-- while, and in all.

ALTER TABLE emails ADD COLUMN is_bulk BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX emails_next ON emails (project_id, is_bulk, due_at, id) WHERE (finished_at IS NULL);

CREATE TABLE notification_preferences (
    project_id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    category TEXT COLLATE "C" NOT NULL,
    is_enabled BOOLEAN NOT NULL,
    CONSTRAINT notification_preferences_pkey PRIMARY KEY (project_id, user_id, category),
    FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
);

-- theme is a theme's id, 'none', or null for that of the project.
CREATE TABLE email_drafts (
    project_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    display_name TEXT NOT NULL,
    source TEXT NOT NULL,
    theme TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    sent_at BIGINT,
    CONSTRAINT email_drafts_pkey PRIMARY KEY (project_id, id),
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE
);
CREATE INDEX email_drafts_created ON email_drafts (project_id, created_at, id);

CREATE TABLE email_boosts (
    project_id TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL,
    CONSTRAINT email_boosts_pkey PRIMARY KEY (project_id),
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE
);

CREATE TABLE sign_up_rule_totals (
    project_id TEXT COLLATE "C" NOT NULL,
    rule_id TEXT COLLATE "C" NOT NULL,
    matches BIGINT NOT NULL,
    CONSTRAINT sign_up_rule_totals_pkey PRIMARY KEY (project_id, rule_id),
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE
);

CREATE TABLE sign_up_rule_hours (
    project_id TEXT COLLATE "C" NOT NULL,
    rule_id TEXT COLLATE "C" NOT NULL,
    hour BIGINT NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    matches BIGINT NOT NULL,
    CONSTRAINT sign_up_rule_hours_pkey PRIMARY KEY (project_id, rule_id, hour, action),
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE
);
CREATE INDEX sign_up_rule_hours_hour ON sign_up_rule_hours (hour);
