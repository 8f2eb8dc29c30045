-- Whoever looks for users by a part of a name or address finds them by its trigrams: what two indexes do in PostgreSQL,
-- kept up to date by triggers. The texts themselves stay where they are.

-- Numbers that stay the same: SQLite may number the rows of `users` anew.
CREATE TABLE _search_users (
    id INTEGER PRIMARY KEY,
    project_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    CONSTRAINT search_users_user UNIQUE (project_id, user_id)
);
CREATE VIRTUAL TABLE _search_trigrams USING fts5 (
    text, content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1'
);

-- All that is searched of a user, a line each.
CREATE VIEW _search_texts AS
SELECT
    s.id, s.project_id, s.user_id,
    COALESCE(u.display_name_folded, '') || char(10) || COALESCE((
        SELECT group_concat(c.value_folded, char(10)) FROM contact_channels c
        WHERE c.project_id = s.project_id AND c.user_id = s.user_id
    ), '') AS text
FROM _search_users s JOIN users u ON u.project_id = s.project_id AND u.id = s.user_id;

-- Whoever touches a user's row there has all that is searched of them read anew.
CREATE TRIGGER _search_again AFTER UPDATE ON _search_users BEGIN
    DELETE FROM _search_trigrams WHERE rowid = new.id;
    INSERT INTO _search_trigrams (rowid, text) SELECT id, text FROM _search_texts WHERE id = new.id;
END;

CREATE TRIGGER _search_user_comes AFTER INSERT ON users BEGIN
    INSERT INTO _search_users (project_id, user_id) VALUES (new.project_id, new.id);
    INSERT INTO _search_trigrams (rowid, text)
    SELECT id, text FROM _search_texts WHERE project_id = new.project_id AND user_id = new.id;
END;
CREATE TRIGGER _search_user_changes AFTER UPDATE OF display_name_folded ON users
WHEN new.display_name_folded IS NOT old.display_name_folded BEGIN
    UPDATE _search_users SET user_id = user_id WHERE project_id = new.project_id AND user_id = new.id;
END;
CREATE TRIGGER _search_user_goes AFTER DELETE ON users BEGIN
    DELETE FROM _search_trigrams
    WHERE rowid = (SELECT id FROM _search_users WHERE project_id = old.project_id AND user_id = old.id);
    DELETE FROM _search_users WHERE project_id = old.project_id AND user_id = old.id;
END;

CREATE TRIGGER _search_channel_comes AFTER INSERT ON contact_channels BEGIN
    UPDATE _search_users SET user_id = user_id WHERE project_id = new.project_id AND user_id = new.user_id;
END;
CREATE TRIGGER _search_channel_changes AFTER UPDATE OF value_folded ON contact_channels
WHEN new.value_folded <> old.value_folded BEGIN
    UPDATE _search_users SET user_id = user_id WHERE project_id = new.project_id AND user_id = new.user_id;
END;
CREATE TRIGGER _search_channel_goes AFTER DELETE ON contact_channels BEGIN
    UPDATE _search_users SET user_id = user_id WHERE project_id = old.project_id AND user_id = old.user_id;
END;

INSERT INTO _search_users (project_id, user_id) SELECT project_id, id FROM users;
INSERT INTO _search_trigrams (rowid, text) SELECT id, text FROM _search_texts;
