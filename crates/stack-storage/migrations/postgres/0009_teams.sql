-- What lists of teams, members and profiles come out of, in their order.
CREATE INDEX teams_created ON teams (project_id, created_at, id);
CREATE INDEX team_memberships_created ON team_memberships (project_id, created_at, team_id, user_id);
CREATE INDEX team_memberships_team ON team_memberships (project_id, team_id, created_at, user_id);
DROP INDEX team_memberships_user;
CREATE INDEX team_memberships_user ON team_memberships (project_id, user_id, created_at, team_id);

-- Invitations that are neither taken up nor revoked: what the sealed data of their codes can't be searched for.
CREATE TABLE team_invitations (
    project_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    team_id TEXT COLLATE "C" NOT NULL,
    recipient_email TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    CONSTRAINT team_invitations_pkey PRIMARY KEY (project_id, id),
    FOREIGN KEY (project_id, id) REFERENCES one_time_codes (project_id, id) ON DELETE CASCADE,
    FOREIGN KEY (project_id, team_id) REFERENCES teams (project_id, id) ON DELETE CASCADE
);
CREATE INDEX team_invitations_team ON team_invitations (project_id, team_id, created_at, id);
CREATE INDEX team_invitations_recipient ON team_invitations (project_id, recipient_email);
