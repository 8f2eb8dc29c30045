//! What a storage promises, tried on SQLite and on PostgreSQL alike.
//!
//! A promise is an async function that gets a migrated, empty database of its own. `promises!` makes two tests of
//! each, `sqlite::…` and `postgres::…`. What only one of the databases can be asked stands in `sqlite.rs`.
//!
//! The PostgreSQL is named by `STACK_TEST_POSTGRES_URL` (`eval "$(.ci/postgres.sh)"`). Without it these tests pass
//! with a notice, except where `CI=true`: there they fail.

mod api_keys;
mod cli_logins;
mod concurrency;
mod contact_channels;
mod data_vault;
mod fixtures;
mod harness;
mod mail_to_users;
mod mails;
mod metadata;
mod oauth_accounts;
mod one_time_codes;
mod owned_api_keys;
mod passkeys;
mod permissions;
mod projects;
mod rate_limits;
mod schema;
mod sessions;
mod sign_up_rules;
mod signing_keys;
mod sqlite_only;
mod team_invitations;
mod teams;
mod transactions;
mod user_pages;
mod users;
mod webhooks;

/// Makes two tests of each promise.
macro_rules! promises {
    ($($module:ident: $($promise:ident)*;)*) => {
        mod sqlite {$(
            mod $module {$(
                #[test]
                fn $promise() {
                    $crate::harness::on_sqlite($crate::$module::$promise);
                }
            )*}
        )*}

        mod postgres {$(
            mod $module {$(
                #[test]
                fn $promise() {
                    $crate::harness::on_postgres($crate::$module::$promise);
                }
            )*}
        )*}
    };
}

promises! {
    projects:
        a_project_comes_back_as_it_was_written
        a_project_without_anything_optional_comes_back_as_it_was_written
        a_project_id_is_given_once
        updating_a_project_keeps_its_configuration_and_creation
        the_levels_of_the_configuration_are_written_one_by_one
        the_projects_of_a_user_are_those_of_their_teams_oldest_first
        deleting_a_project_removes_everything_in_it_and_nothing_else
        what_is_not_there_is_neither_found_nor_changed;
    api_keys:
        a_key_set_comes_back_as_it_was_written
        a_key_set_is_found_by_the_hash_of_each_key_of_the_right_kind
        ids_and_hashes_of_keys_are_given_once_in_a_project
        the_same_text_may_be_the_key_of_every_kind
        key_sets_are_listed_newest_first
        updating_a_key_set_keeps_its_keys_and_its_first_revocation
        a_key_set_needs_a_project;
    users:
        a_user_comes_back_with_primary_email_selected_team_and_oauth_accounts
        a_user_with_nothing_comes_back_with_nothing
        credentials_come_back_as_they_were_written_and_show_as_flags
        a_user_id_is_given_once_in_a_project_and_again_in_another
        a_user_needs_a_project
        updating_a_profile_keeps_credentials_and_activity
        activity_never_moves_back
        deleting_a_user_removes_what_is_theirs_and_nothing_else
        what_is_not_there_is_neither_found_nor_changed
        locking_tells_whether_there_is_such_a_user;
    oauth_accounts:
        accounts_are_listed_oldest_first
        an_account_signs_one_user_in
        an_account_that_does_not_sign_in_may_be_linked_twice
        an_account_needs_a_user
        accounts_are_found_by_where_they_are
        an_account_changes_for_its_user_and_stays_unique
        an_account_has_one_row_of_tokens_for_its_scopes;
    metadata:
        any_json_comes_back_exactly
        texts_of_any_script_come_back_exactly
        the_one_text_that_one_database_cannot_keep_is_refused_by_both
        instants_at_the_ends_of_time_come_back_exactly;
    user_pages:
        pages_follow_sign_up_time_and_then_id_in_both_orders
        every_user_is_on_exactly_one_page_even_if_all_signed_up_at_once
        a_page_is_not_shifted_by_users_who_come_and_go_before_it
        without_a_limit_everyone_is_listed
        a_cursor_that_is_nobody_gives_an_empty_page
        a_page_shows_nobody_of_another_project
        anonymous_users_are_left_out_let_in_or_alone
        restricted_users_are_let_in_on_request
        the_pages_of_a_team_hold_its_members
        users_are_found_by_a_part_of_their_name_or_of_any_channel_and_by_id
        wildcards_are_searched_as_letters
        case_is_ignored_in_every_script
        renaming_changes_what_is_found
        what_is_gone_is_not_found_and_may_come_back
        many_who_match_are_on_pages_like_few
        everyone_on_a_page_comes_with_email_team_and_oauth_accounts;
    contact_channels:
        a_channel_comes_back_as_it_was_written
        channels_are_listed_oldest_first
        an_auth_channel_is_found_by_its_exact_value
        a_value_is_used_for_auth_by_one_user_of_a_project
        a_value_not_used_for_auth_may_belong_to_many
        a_user_has_a_value_once
        a_user_has_one_primary_channel
        updating_a_channel_keeps_the_rules
        a_channel_is_changed_and_deleted_through_its_user_only
        a_channel_needs_a_user
        a_channel_is_found_by_its_id_whosever_it_is
        the_channels_of_a_project_are_listed_oldest_first;
    one_time_codes:
        a_code_comes_back_as_it_was_written
        a_code_is_found_by_its_kind_and_hash_only
        ids_and_hashes_of_codes_are_given_once_in_a_project
        attempts_are_counted_at_all_codes_that_end_so
        of_many_who_use_a_code_exactly_one_does
        a_code_is_used_in_its_project_only
        expired_codes_are_swept_some_at_a_time
        a_code_needs_a_project;
    owned_api_keys:
        an_owned_key_comes_back_as_it_was_written
        ids_and_hashes_of_owned_keys_are_given_once
        owned_keys_are_listed_newest_first_for_their_owner
        a_revoked_key_stays_revoked_since_the_first_time
        the_oldest_dead_key_of_an_owner_goes_first
        an_owned_key_needs_its_owner_and_goes_with_it;
    data_vault:
        a_value_is_found_in_its_place_only
        a_value_takes_the_place_of_the_one_before
        many_may_write_the_same_value_at_once
        values_need_a_project_and_go_with_it;
    passkeys:
        a_passkey_comes_back_as_it_was_written
        a_user_has_one_passkey_and_a_passkey_one_user
        a_passkey_needs_a_user_and_goes_with_them
        a_passkey_is_deleted_through_its_user
        a_counter_only_rises_unless_it_stays_zero
        of_many_with_the_same_counter_exactly_one_counts
        a_totp_step_is_accepted_once_and_never_an_earlier_one
        a_new_totp_secret_forgets_the_steps_of_the_old_one;
    mails:
        a_mail_comes_back_as_it_was_written
        a_mail_needs_a_project
        state_and_content_of_a_mail_are_written_one_by_one
        mails_are_listed_newest_first_from_a_mail_on
        mails_are_filtered_by_the_status_that_they_show
        mails_are_counted_up_to_a_bound
        due_mails_are_those_whose_time_has_come
        of_many_workers_each_takes_other_mails
        finished_mails_are_swept_some_at_a_time
        mails_in_bulk_wait_behind_all_others
        sent_mails_are_counted_by_span
        what_was_sent_or_given_up_is_listed_newest_first;
    mail_to_users:
        a_wish_takes_the_place_of_the_one_before
        a_wish_needs_its_user_and_goes_with_them
        a_draft_comes_back_as_it_was_written
        drafts_are_listed_newest_first_and_counted_up_to_a_bound
        a_draft_is_changed_sent_and_deleted_in_its_project_only
        of_many_boosts_at_once_exactly_one_begins;
    sign_up_rules:
        matches_are_counted_by_the_hour_and_in_all
        users_without_a_verified_primary_address_are_counted_and_listed;
    sessions:
        a_session_comes_back_as_it_was_written
        a_session_is_found_by_the_hash_of_its_token
        ids_and_hashes_are_given_once_in_a_project
        sessions_that_are_not_over_are_listed_newest_first
        use_is_noted_and_never_moves_back
        a_deleted_session_is_gone
        all_sessions_but_one_are_deleted_at_once
        a_session_needs_a_user
        expired_sessions_are_swept_oldest_first;
    cli_logins:
        a_login_is_found_by_either_code
        codes_are_given_once_in_a_project
        a_login_is_confirmed_once_used_once_and_wiped
        of_many_who_pick_a_login_up_exactly_one_gets_it
        expired_logins_are_swept_oldest_first;
    rate_limits:
        a_budget_is_spent_and_fills_steadily
        a_clock_that_goes_back_gives_nothing_away
        a_budget_that_was_changed_holds_from_then_on
        budgets_without_a_project_are_refused
        processes_cannot_overdraw_a_budget_together
        full_budgets_are_swept;
    signing_keys:
        rotations_are_listed_by_their_generation
        a_generation_begins_once_in_a_project
        ids_of_projects_come_in_pages;
    teams:
        a_team_comes_back_as_it_was_written
        a_team_id_is_given_once_in_a_project_and_again_in_another
        the_teams_of_a_user_are_listed_oldest_first
        a_membership_comes_back_as_it_was_written
        a_user_joins_a_team_once
        a_user_has_one_selected_team
        selecting_a_team_unselects_the_others
        selecting_a_team_without_being_a_member_changes_nothing
        teams_are_listed_oldest_first_up_to_a_bound
        locking_tells_whether_there_is_such_a_team
        deleting_a_team_removes_what_hangs_on_it_and_nothing_else
        a_membership_ends_with_its_permissions
        a_member_is_shown_with_their_own_name_where_the_team_has_none
        profiles_are_listed_by_membership_team_and_user
        a_team_owns_the_projects_that_say_so
        users_are_found_together_with_all_that_is_theirs;
    team_invitations:
        an_invitation_comes_back_with_the_name_of_its_team
        an_invitation_needs_a_team_and_a_code
        invitations_to_a_team_are_listed_oldest_first_while_they_hold
        invitations_of_a_user_are_those_to_verified_addresses
        an_invitation_goes_with_its_code_and_with_its_team
        of_many_who_delete_an_invitation_exactly_one_does;
    permissions:
        permissions_are_granted_once_and_listed_by_id
        who_is_no_member_has_no_list
        grants_need_a_member
        permissions_in_teams_are_listed_by_team_user_and_id
        permissions_in_the_project_are_listed_by_user_and_id
        a_permission_is_taken_from_one_member_or_user
        a_permission_is_renamed_for_everybody_of_the_project
        a_permission_is_taken_from_everybody_of_the_project;
    webhooks:
        an_endpoint_comes_back_as_it_was_written
        an_endpoint_is_changed_in_its_project_and_keeps_its_uid_to_itself
        messages_are_found_by_either_name_and_listed_newest_first
        what_is_due_waits_for_the_first_attempt_of_what_came_before
        of_many_workers_each_takes_other_webhooks
        only_who_holds_the_lease_settles_and_logs
        what_was_given_up_is_sent_again_on_request
        what_waits_for_an_endpoint_is_put_off_and_hastened
        messages_go_with_their_time_and_deliveries_with_their_endpoint;
    transactions:
        a_dropped_transaction_leaves_nothing_behind
        a_writer_reads_what_it_has_written_and_a_reader_what_was_committed
        a_reader_cannot_write_or_lock
        a_transaction_in_which_something_failed_cannot_be_committed
        a_cancelled_transaction_frees_the_database
        migrating_again_changes_nothing
        many_processes_may_migrate_at_once;
    concurrency:
        sixty_four_writers_lose_nothing
        of_two_who_race_for_an_email_exactly_one_wins
        of_many_who_add_the_same_user_exactly_one_wins
        a_locked_user_is_changed_by_one_after_the_other
        a_locked_project_is_changed_by_one_after_the_other
        whoever_selects_a_team_last_wins
        readers_go_on_while_someone_writes;
}
