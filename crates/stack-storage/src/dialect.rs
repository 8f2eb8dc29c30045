//! Where the two databases' SQL differs.
//!
//! Nearly every query is one text that both understand; such a text is a plain `&'static str`. What they say
//! differently is an [`Sql`] with a text for each, and all of those stand here.
//!
//! What makes one text do for both: parameters are `$1`, `$2`, …; ids and JSON are text, instants are numbers; flags
//! are `BOOLEAN` and are used without `= 1`; `CASE` instead of `MAX(a, b)` or `GREATEST`; row values
//! (`(a, b) > (c, d)`), `ON CONFLICT`, partial indexes and `TRUE`/`FALSE` are common ground.

use crate::repositories::select_users;

/// The text of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sql {
    /// What SQLite is told.
    pub sqlite: &'static str,
    /// What PostgreSQL is told.
    pub postgres: &'static str,
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Self::same(text)
    }
}

impl Sql {
    /// A text that both understand.
    pub const fn same(text: &'static str) -> Self {
        Self {
            sqlite: text,
            postgres: text,
        }
    }
}

// A transaction on SQLite holds the one write lock from its beginning: reading is all that a lock takes there.
// PostgreSQL locks the row against changes and deletion, but lets others refer to it: a sign-in of a locked user's
// other device needn't wait.

/// Locks the project `$1`.
pub const LOCK_PROJECT: Sql = Sql {
    sqlite: "SELECT 1 FROM projects WHERE id = $1",
    postgres: "SELECT 1 FROM projects WHERE id = $1 FOR NO KEY UPDATE",
};

/// Locks the user `$2` of the project `$1`.
pub const LOCK_USER: Sql = Sql {
    sqlite: "SELECT 1 FROM users WHERE project_id = $1 AND id = $2",
    postgres: "SELECT 1 FROM users WHERE project_id = $1 AND id = $2 FOR NO KEY UPDATE",
};

/// Locks the team `$2` of the project `$1`.
pub const LOCK_TEAM: Sql = Sql {
    sqlite: "SELECT 1 FROM teams WHERE project_id = $1 AND id = $2",
    postgres: "SELECT 1 FROM teams WHERE project_id = $1 AND id = $2 FOR NO KEY UPDATE",
};

/// Those users of the project `$1` whose ids the JSON array `$2` holds.
pub const USERS_BY_ID: Sql = Sql {
    sqlite: select_users!(""; "AND u.id IN (SELECT value FROM json_each($2))"),
    postgres: select_users!(""; "AND u.id IN (SELECT json_array_elements_text(CAST($2 AS JSON)))"),
};

/// Those users of the project `$1` of whom a name or an address may have the text `$2` in it, which has three letters or
/// more and is folded, or is the id; at most `$3`, some perhaps twice.
pub const USERS_BY_TRIGRAMS: Sql = {
    macro_rules! query {
        ($of_texts:literal) => {
            concat!(
                "SELECT found.user_id FROM (
                     SELECT id AS user_id FROM users WHERE project_id = $1 AND id = $2 UNION ALL ",
                $of_texts,
                ") found LIMIT $3"
            )
        };
    }
    Sql {
        sqlite: query!(
            r#"SELECT s.user_id FROM _search_trigrams t CROSS JOIN _search_users s ON s.id = t.rowid
               WHERE t.text MATCH '"' || replace($2, '"', '""') || '"' AND s.project_id = $1"#
        ),
        postgres: query!(
            r"SELECT id FROM users WHERE project_id = $1 AND display_name_folded
                  LIKE '%' || replace(replace(replace($2, '\', '\\'), '%', '\%'), '_', '\_') || '%' ESCAPE '\'
              UNION ALL
              SELECT user_id FROM contact_channels WHERE project_id = $1 AND value_folded
                  LIKE '%' || replace(replace(replace($2, '\', '\\'), '%', '\%'), '_', '\_') || '%' ESCAPE '\'"
        ),
    }
};

/// The OAuth accounts of those users of the project `$1` whose ids the JSON array `$2` holds.
pub const OAUTH_ACCOUNTS_OF_USERS: Sql = {
    macro_rules! query {
        ($ids:literal) => {
            concat!(
                "SELECT id, user_id, provider_id, account_id, email, allow_sign_in, allow_connected_accounts, created_at
                 FROM oauth_accounts WHERE project_id = $1 AND user_id IN (",
                $ids,
                ") ORDER BY created_at, id"
            )
        };
    }
    Sql {
        sqlite: query!("SELECT value FROM json_each($2)"),
        postgres: query!("SELECT json_array_elements_text(CAST($2 AS JSON))"),
    }
};
