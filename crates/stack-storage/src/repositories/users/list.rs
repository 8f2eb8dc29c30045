//! Pages of users.

use stack_domain::{
    models::{AnonymousFilter, UserFilter, UserPage},
    ports::StorageResult,
};
use stack_types::ProjectId;

use super::read::{read_user, select_users};
use crate::{
    db::{Mode, Session, args},
    repositories::search::{containing, fold},
};

/// One page: of whom, from where, in which order.
///
/// An index holds a project's users in both orders, so that a page costs the same wherever it begins. That is why
/// these are texts of their own and not conditions such as `$9 IS NULL OR …`. A search looks at all channels first, in
/// one run over their index; without one (`$5` is null) neither database gets that far.
macro_rules! page {
    (@text $of:literal, $from:literal, $order:literal) => {
        select_users!(
            $of;
            r"AND (
                CASE $2 WHEN 'exclude' THEN NOT u.is_anonymous WHEN 'only' THEN u.is_anonymous ELSE TRUE END
            ) AND (
                u.is_anonymous OR $3 OR (NOT u.is_restricted AND (NOT $4 OR COALESCE(c.is_verified, FALSE)))
            ) AND (
                $5 IS NULL OR u.id = $6 OR u.display_name_folded LIKE $5 ESCAPE '\'
                OR u.id IN (
                    SELECT s.user_id FROM contact_channels s
                    WHERE s.project_id = $1 AND s.value_folded LIKE $5 ESCAPE '\'
                )
            ) ",
            $from,
            $order,
            " LIMIT $7"
        )
    };
    (@order $of:literal, $from:literal, ascending) => {
        page!(@text $of, $from, "ORDER BY u.signed_up_at, u.id")
    };
    (@order $of:literal, $from:literal, descending) => {
        page!(@text $of, $from, "ORDER BY u.signed_up_at DESC, u.id DESC")
    };
    (@from $of:literal, start, $order:ident) => {
        page!(@order $of, "", $order)
    };
    (@from $of:literal, cursor, ascending) => {
        page!(
            @order $of,
            "AND (u.signed_up_at, u.id)
                 >= (SELECT f.signed_up_at, f.id FROM users f WHERE f.project_id = $1 AND f.id = $9) ",
            ascending
        )
    };
    (@from $of:literal, cursor, descending) => {
        page!(
            @order $of,
            "AND (u.signed_up_at, u.id)
                 <= (SELECT f.signed_up_at, f.id FROM users f WHERE f.project_id = $1 AND f.id = $9) ",
            descending
        )
    };
    (everyone, $from:ident, $order:ident) => {
        page!(@from "", $from, $order)
    };
    (team, $from:ident, $order:ident) => {
        page!(
            @from "JOIN team_memberships tm
                ON tm.project_id = u.project_id AND tm.user_id = u.id AND tm.team_id = $8 ",
            $from, $order
        )
    };
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
        ];
        let rows = self.fetch_all(text_for(filter), args).await?;
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
}

/// The text that fits the filter.
fn text_for(filter: &UserFilter) -> &'static str {
    match (filter.team_id.is_some(), filter.cursor.is_some(), filter.descending) {
        (false, false, false) => page!(everyone, start, ascending),
        (false, false, true) => page!(everyone, start, descending),
        (false, true, false) => page!(everyone, cursor, ascending),
        (false, true, true) => page!(everyone, cursor, descending),
        (true, false, false) => page!(team, start, ascending),
        (true, false, true) => page!(team, start, descending),
        (true, true, false) => page!(team, cursor, ascending),
        (true, true, true) => page!(team, cursor, descending),
    }
}
