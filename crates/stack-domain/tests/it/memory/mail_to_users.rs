//! What users want of mail, drafts, boosts, and counts of sign-up rules.

use stack_types::EmailDraftId;

use super::*;

impl MailToUsersRepository for Connection {
    async fn list_notification_preferences(
        &mut self,
        project: &ProjectId,
        user: UserId,
    ) -> StorageResult<Vec<NotificationPreference>> {
        let said = of(&self.seen().preferences, project).filter(|(of, _)| *of == user);
        Ok(said.map(|(_, preference)| *preference).collect())
    }

    async fn save_notification_preference(
        &mut self,
        project: &ProjectId,
        user: UserId,
        category: NotificationCategory,
        is_enabled: bool,
    ) -> StorageResult<()> {
        let state = self.changed()?;
        state.require_user(project, user)?;
        remove(&mut state.preferences, project, |(of, said)| {
            *of == user && said.category == category
        });
        let preference = NotificationPreference { category, is_enabled };
        state.preferences.push((project.clone(), (user, preference)));
        Ok(())
    }

    async fn list_email_drafts(&mut self, project: &ProjectId, limit: u32) -> StorageResult<Vec<EmailDraft>> {
        let mut drafts: Vec<EmailDraft> = of(&self.seen().drafts, project).cloned().collect();
        drafts.sort_by_key(|draft| std::cmp::Reverse((draft.created_at, draft.id.0)));
        drafts.truncate(limit as usize);
        Ok(drafts)
    }

    async fn count_email_drafts(&mut self, project: &ProjectId, at_most: u32) -> StorageResult<u32> {
        let count = of(&self.seen().drafts, project).count();
        Ok(u32::try_from(count).unwrap().min(at_most))
    }

    async fn find_email_draft(&mut self, project: &ProjectId, id: EmailDraftId) -> StorageResult<Option<EmailDraft>> {
        Ok(of(&self.seen().drafts, project).find(|draft| draft.id == id).cloned())
    }

    async fn insert_email_draft(&mut self, project: &ProjectId, draft: &EmailDraft) -> StorageResult<()> {
        self.changed()?.drafts.push((project.clone(), draft.clone()));
        Ok(())
    }

    async fn update_email_draft(&mut self, project: &ProjectId, draft: &EmailDraft) -> StorageResult<bool> {
        let found = find(&mut self.changed()?.drafts, project, |other| other.id == draft.id);
        Ok(found.is_some_and(|old| {
            *old = EmailDraft {
                created_at: old.created_at,
                sent_at: old.sent_at,
                ..draft.clone()
            };
            true
        }))
    }

    async fn mark_email_draft_sent(
        &mut self,
        project: &ProjectId,
        id: EmailDraftId,
        at: Millis,
    ) -> StorageResult<bool> {
        let found = find(&mut self.changed()?.drafts, project, |draft| draft.id == id);
        Ok(found.is_some_and(|draft| {
            draft.sent_at = Some(at);
            true
        }))
    }

    async fn delete_email_draft(&mut self, project: &ProjectId, id: EmailDraftId) -> StorageResult<bool> {
        Ok(remove(&mut self.changed()?.drafts, project, |draft| draft.id == id) > 0)
    }

    async fn find_email_boost(&mut self, project: &ProjectId) -> StorageResult<Option<Millis>> {
        Ok(self.seen().boosts.get(project).copied())
    }

    async fn begin_email_boost(&mut self, project: &ProjectId, now: Millis, expires_at: Millis) -> StorageResult<bool> {
        let boosts = &mut self.changed()?.boosts;
        let begins = boosts.get(project).is_none_or(|ends| *ends <= now);
        if begins {
            boosts.insert(project.clone(), expires_at);
        }
        Ok(begins)
    }
}

impl SignUpRuleRepository for Connection {
    async fn count_sign_up_rule(
        &mut self,
        project: &ProjectId,
        rule_id: &str,
        action: &str,
        hour: Millis,
    ) -> StorageResult<()> {
        let counts = &mut self.changed()?.rule_matches;
        counts.push((project.clone(), (rule_id.to_owned(), action.to_owned(), hour)));
        Ok(())
    }

    async fn list_sign_up_rule_hours(&mut self, project: &ProjectId, since: Millis) -> StorageResult<Vec<RuleMatches>> {
        let mut counts: BTreeMap<(String, Millis, String), i64> = BTreeMap::new();
        for (rule, action, hour) in of(&self.seen().rule_matches, project) {
            if *hour >= since {
                *counts.entry((rule.clone(), *hour, action.clone())).or_default() += 1;
            }
        }
        Ok(counts
            .into_iter()
            .map(|((rule_id, hour, action), matches)| RuleMatches {
                rule_id,
                hour,
                action,
                matches,
            })
            .collect())
    }

    async fn list_sign_up_rule_totals(&mut self, project: &ProjectId) -> StorageResult<Vec<(String, i64)>> {
        let mut counts: BTreeMap<String, i64> = BTreeMap::new();
        for (rule, ..) in of(&self.seen().rule_matches, project) {
            *counts.entry(rule.clone()).or_default() += 1;
        }
        Ok(counts.into_iter().collect())
    }

    /// Totals are counted from the same rows here, so nothing is deleted.
    async fn delete_sign_up_rule_hours_before(&mut self, _: Millis, _: u32) -> StorageResult<u64> {
        self.changed()?;
        Ok(0)
    }

    async fn count_users_without_verified_email(&mut self, project: &ProjectId) -> StorageResult<u32> {
        let users = self.list_users_without_verified_email(project, u32::MAX).await?;
        Ok(u32::try_from(users.len()).unwrap())
    }

    async fn list_users_without_verified_email(
        &mut self,
        project: &ProjectId,
        limit: u32,
    ) -> StorageResult<Vec<UnverifiedUser>> {
        let state = self.seen();
        let users = of(&state.users, project).filter_map(|(profile, _)| state.user(project, profile.id));
        let mut found: Vec<User> = users
            .filter(|user| !user.profile.is_anonymous && user.profile.restriction.is_none())
            .filter(|user| !user.primary_email.as_ref().is_some_and(|email| email.is_verified))
            .collect();
        found.sort_by_key(|user| std::cmp::Reverse((user.profile.signed_up_at, user.profile.id)));
        found.truncate(limit as usize);
        let shown = |user: User| UnverifiedUser {
            id: user.profile.id,
            display_name: user.profile.display_name,
            primary_email: user.primary_email.map(|email| email.value),
        };
        Ok(found.into_iter().map(shown).collect())
    }
}
