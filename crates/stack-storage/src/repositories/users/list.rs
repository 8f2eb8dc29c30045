//! Pages of users.

use stack_domain::{
    models::{AnonymousFilter, UserFilter, UserPage},
    ports::StorageResult,
};
use stack_types::ProjectId;

use super::read::{read_user, select_users};
use crate::{
    db::{Mode, Session, args},
    dialect::{self, Sql},
    repositories::search::{containing, fold},
};

/// From how many matches on a search goes through the users in their order, and looks at each, instead of finding all
/// matches first: near the root of a page's length times a million users, where the one costs what the other does.
const MANY: i64 = 4_000;

/// A search for fewer letters isn't helped by trigrams.
const TRIGRAM: usize = 3;

/// One page: of whom, searched how, from where, in which order.
///
/// An index holds a project's users in both orders, so that a page costs the same wherever it begins. That is why
/// these are texts of their own and not conditions such as `$9 IS NULL OR …`. Where all matches are known, the `+`
/// keeps the databases from going through that index.
macro_rules! page {
    (@text $of:literal, $search:expr, $from:expr, $order:expr) => {
        select_users!(
            $of;
            "AND (
                CASE $2 WHEN 'exclude' THEN NOT u.is_anonymous WHEN 'only' THEN u.is_anonymous ELSE TRUE END
            ) AND (
                u.is_anonymous OR $3 OR (NOT u.is_restricted AND (NOT $4 OR COALESCE(c.is_verified, FALSE)))
            ) ",
            $search,
            $from,
            $order,
            " LIMIT $7"
        )
    };
    (@from $of:literal, $search:expr, $sort:literal, start, ascending) => {
        page!(@text $of, $search, "", concat!("ORDER BY ", $sort, ", u.id"))
    };
    (@from $of:literal, $search:expr, $sort:literal, start, descending) => {
        page!(@text $of, $search, "", concat!("ORDER BY ", $sort, " DESC, u.id DESC"))
    };
    (@from $of:literal, $search:expr, $sort:literal, cursor, ascending) => {
        page!(@text $of, $search, page!(@cursor $sort, ">="), concat!("ORDER BY ", $sort, ", u.id"))
    };
    (@from $of:literal, $search:expr, $sort:literal, cursor, descending) => {
        page!(@text $of, $search, page!(@cursor $sort, "<="), concat!("ORDER BY ", $sort, " DESC, u.id DESC"))
    };
    (@cursor $sort:literal, $side:literal) => {
        concat!(
            "AND (", $sort, ", u.id) ", $side,
            " (SELECT f.signed_up_at, f.id FROM users f WHERE f.project_id = $1 AND f.id = $9) "
        )
    };
    (@matches) => {
        r"AND (
            u.id = $6 OR u.display_name_folded LIKE $5 ESCAPE '\' OR EXISTS (
                SELECT 1 FROM contact_channels s
                WHERE s.project_id = u.project_id AND s.user_id = u.id AND s.value_folded LIKE $5 ESCAPE '\'
            )
        ) "
    };
    (@search $of:literal, all, $($rest:ident),+) => {
        Sql::same(page!(@from $of, "", "u.signed_up_at", $($rest),+))
    };
    (@search $of:literal, many, $($rest:ident),+) => {
        Sql::same(page!(@from $of, page!(@matches), "u.signed_up_at", $($rest),+))
    };
    (@search $of:literal, few, $($rest:ident),+) => {
        Sql {
            sqlite: page!(
                @from $of,
                concat!("AND u.id IN (SELECT value FROM json_each($10)) ", page!(@matches)),
                "+u.signed_up_at", $($rest),+
            ),
            postgres: page!(
                @from $of,
                concat!("AND u.id IN (SELECT json_array_elements_text(CAST($10 AS JSON))) ", page!(@matches)),
                "+u.signed_up_at", $($rest),+
            ),
        }
    };
    (everyone, $($rest:ident),+) => {
        page!(@search "", $($rest),+)
    };
    (team, $($rest:ident),+) => {
        page!(
            @search "JOIN team_memberships tm
                ON tm.project_id = u.project_id AND tm.user_id = u.id AND tm.team_id = $8 ",
            $($rest),+
        )
    };
}

/// How those who match are found.
enum Search {
    /// Everybody matches.
    All,
    /// In the order of the page, one by one.
    Many,
    /// Among these, a JSON array of ids.
    Few(String),
}

impl<M: Mode> Session<M> {
    /// One page, with the user of the next page asked for beyond it.
    pub(super) async fn page_of_users(&mut self, project: &ProjectId, filter: &UserFilter) -> StorageResult<UserPage> {
        let (pattern, folded) = match &filter.query {
            None => (None, None),
            Some(query) => match containing(query) {
                None => return Ok(UserPage::default()),
                pattern => (pattern, Some(fold(query))),
            },
        };
        let search = match &folded {
            None => Search::All,
            Some(folded) => self.search(project, folded).await?,
        };
        let ids = match &search {
            Search::Few(ids) => Some(ids.as_str()),
            Search::All | Search::Many => None,
        };
        let args = args![
            project,
            match filter.anonymous {
                AnonymousFilter::Exclude => "exclude",
                AnonymousFilter::Include => "include",
                AnonymousFilter::Only => "only",
            },
            filter.include_restricted,
            filter.email_verification_required,
            pattern.as_deref(),
            folded.as_deref(),
            filter.limit.map_or(i64::MAX, |limit| i64::from(limit) + 1),
            filter.team_id,
            filter.cursor,
            ids,
        ];
        let rows = self.fetch_all(text_for(filter, &search), args).await?;
        let mut users = rows.iter().map(read_user).collect::<StorageResult<Vec<_>>>()?;
        let next = filter.limit.and_then(|limit| users.get(usize::try_from(limit).ok()?));
        let next_cursor = next.map(|(user, _)| user.profile.id);
        if next_cursor.is_some() {
            users.pop();
        }
        Ok(UserPage {
            items: self.with_oauth_accounts(project, users).await?,
            next_cursor,
        })
    }

    /// Finds those who may match by trigrams, unless they are many.
    async fn search(&mut self, project: &ProjectId, folded: &str) -> StorageResult<Search> {
        if folded.chars().count() < TRIGRAM {
            return Ok(Search::Many);
        }
        let rows = self
            .fetch_all(dialect::USERS_BY_TRIGRAMS, args![project, folded, MANY])
            .await?;
        if i64::try_from(rows.len()).is_ok_and(|count| count >= MANY) {
            return Ok(Search::Many);
        }
        let ids = rows.iter().map(|row| row.get::<&str>("user_id"));
        let ids = ids.collect::<StorageResult<Vec<_>>>()?;
        Ok(Search::Few(serde_json::json!(ids).to_string()))
    }
}

/// The text that fits the filter.
fn text_for(filter: &UserFilter, search: &Search) -> Sql {
    macro_rules! text {
        ($of:ident, $search:ident) => {
            match (filter.cursor.is_some(), filter.descending) {
                (false, false) => page!($of, $search, start, ascending),
                (false, true) => page!($of, $search, start, descending),
                (true, false) => page!($of, $search, cursor, ascending),
                (true, true) => page!($of, $search, cursor, descending),
            }
        };
    }
    match (filter.team_id.is_some(), search) {
        (false, Search::All) => text!(everyone, all),
        (false, Search::Many) => text!(everyone, many),
        (false, Search::Few(_)) => text!(everyone, few),
        (true, Search::All) => text!(team, all),
        (true, Search::Many) => text!(team, many),
        (true, Search::Few(_)) => text!(team, few),
    }
}
