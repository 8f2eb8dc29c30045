//! Where the two databases' SQL differs.
//!
//! Nearly every query is one text that both understand; such a text is a plain `&'static str`. What they say
//! differently is an [`Sql`] with a text for each, and all of those stand here.
//!
//! What makes one text do for both: parameters are `$1`, `$2`, …; ids and JSON are text, instants are numbers; flags
//! are `BOOLEAN` and are used without `= 1`; `CASE` instead of `MAX(a, b)` or `GREATEST`; row values
//! (`(a, b) > (c, d)`), `ON CONFLICT`, partial indexes and `TRUE`/`FALSE` are common ground.

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
