//! Mails.

use stack_types::EmailId;

use super::*;

impl EmailRepository for Connection {
    async fn find_email(&mut self, project: &ProjectId, id: EmailId) -> StorageResult<Option<Email>> {
        Ok(of(&self.seen().emails, project).find(|email| email.id == id).cloned())
    }

    async fn lock_email(&mut self, project: &ProjectId, id: EmailId) -> StorageResult<Option<Email>> {
        self.changed()?;
        self.find_email(project, id).await
    }

    async fn list_emails(
        &mut self,
        project: &ProjectId,
        filter: EmailFilter,
        now: Millis,
        from: Option<EmailId>,
        limit: u32,
    ) -> StorageResult<Vec<Email>> {
        let mut emails: Vec<Email> = of(&self.seen().emails, project).cloned().collect();
        emails.sort_by_key(|email| std::cmp::Reverse((email.created_at, email.id)));
        if let Some(from) = from {
            emails = emails.into_iter().skip_while(|email| email.id != from).collect();
        }
        emails.retain(|email| {
            let status = email.status(now);
            filter.status.is_none_or(|wanted| wanted == status)
                && filter.progress.is_none_or(|wanted| wanted == status.progress())
        });
        emails.truncate(limit as usize);
        Ok(emails)
    }

    async fn count_unfinished_emails(&mut self, project: &ProjectId, at_most: u32) -> StorageResult<u32> {
        let emails = of(&self.seen().emails, project);
        let count = emails.filter(|email| email.finished_at.is_none()).count();
        Ok(u32::try_from(count).unwrap().min(at_most))
    }

    async fn count_emails_sent_since(
        &mut self,
        project: &ProjectId,
        since: Millis,
        at_most: u32,
    ) -> StorageResult<u32> {
        let emails = of(&self.seen().emails, project);
        let count = emails.filter(|email| email.started_sending_at > Some(since)).count();
        Ok(u32::try_from(count).unwrap().min(at_most))
    }

    async fn count_sent_emails(&mut self, project: &ProjectId, now: Millis) -> StorageResult<SentCounts> {
        let emails = of(&self.seen().emails, project);
        let sent: Vec<&Email> = emails.filter(|email| email.state == EmailState::Sent).collect();
        let count = |hours: u64| {
            let since = now.saturating_sub(std::time::Duration::from_secs(hours * 60 * 60));
            let recent = sent.iter().filter(|email| email.started_sending_at > Some(since));
            u32::try_from(recent.count()).unwrap()
        };
        Ok(SentCounts {
            hour: count(1),
            day: count(24),
            week: count(7 * 24),
            month: count(30 * 24),
        })
    }

    async fn list_settled_emails(&mut self, project: &ProjectId, limit: u32) -> StorageResult<Vec<Email>> {
        let emails = of(&self.seen().emails, project);
        let is_settled = |email: &&Email| matches!(email.state, EmailState::Sent | EmailState::Failed);
        let mut settled: Vec<Email> = emails.filter(is_settled).cloned().collect();
        settled.retain(|email| email.started_sending_at.is_some());
        settled.sort_by_key(|email| std::cmp::Reverse(email.started_sending_at));
        settled.truncate(limit as usize);
        Ok(settled)
    }

    async fn list_projects_with_failed_emails(&mut self, since: Millis) -> StorageResult<Vec<ProjectId>> {
        let emails = self.seen().emails.iter();
        let failed = emails.filter(|(_, email)| email.state == EmailState::Failed && email.finished_at > Some(since));
        let projects: BTreeSet<ProjectId> = failed.map(|(project, _)| project.clone()).collect();
        Ok(projects.into_iter().collect())
    }

    async fn lock_due_emails(&mut self, project: &ProjectId, now: Millis, limit: u32) -> StorageResult<Vec<Email>> {
        let rows = &self.changed()?.emails;
        let mut emails: Vec<Email> = of(rows, project).filter(|email| is_due(email, now)).cloned().collect();
        emails.sort_by_key(|email| (email.is_bulk, email.due_at, email.id));
        emails.truncate(limit as usize);
        Ok(emails)
    }

    async fn insert_email(&mut self, project: &ProjectId, email: &Email) -> StorageResult<()> {
        self.changed()?.emails.push((project.clone(), email.clone()));
        Ok(())
    }

    async fn update_email(&mut self, project: &ProjectId, email: &Email) -> StorageResult<bool> {
        let found = find(&mut self.changed()?.emails, project, |other| other.id == email.id);
        Ok(found
            .map(|old| {
                *old = Email {
                    content: old.content.clone(),
                    rendered_at: old.rendered_at,
                    ..email.clone()
                };
            })
            .is_some())
    }

    async fn update_email_content(&mut self, project: &ProjectId, email: &Email) -> StorageResult<bool> {
        let found = find(&mut self.changed()?.emails, project, |other| other.id == email.id);
        Ok(found
            .map(|old| {
                old.content.clone_from(&email.content);
                old.rendered_at = email.rendered_at;
            })
            .is_some())
    }

    async fn delete_email(&mut self, project: &ProjectId, id: EmailId) -> StorageResult<bool> {
        Ok(remove(&mut self.changed()?.emails, project, |email| email.id == id) > 0)
    }

    async fn list_projects_with_due_emails(&mut self, now: Millis) -> StorageResult<Vec<ProjectId>> {
        let due = self.seen().emails.iter().filter(|(_, email)| is_due(email, now));
        let mut oldest = BTreeMap::new();
        for (project, email) in due {
            let at = oldest.entry(project.clone()).or_insert(email.due_at);
            *at = email.due_at.min(*at);
        }
        let mut projects: Vec<(ProjectId, Millis)> = oldest.into_iter().collect();
        projects.sort_by_key(|(_, due_at)| *due_at);
        Ok(projects.into_iter().map(|(project, _)| project).collect())
    }

    async fn list_newest_email_ids(&mut self, limit: u32) -> StorageResult<Vec<(ProjectId, EmailId)>> {
        let mut emails: Vec<&(ProjectId, Email)> = self.seen().emails.iter().collect();
        emails.sort_by_key(|(_, email)| std::cmp::Reverse((email.created_at, email.id)));
        let ids = emails.into_iter().take(limit as usize);
        Ok(ids.map(|(project, email)| (project.clone(), email.id)).collect())
    }

    async fn delete_emails_finished_before(&mut self, before: Millis, limit: u32) -> StorageResult<u64> {
        let rows = &mut self.changed()?.emails;
        let (mut left, count) = (limit, rows.len());
        rows.retain(|(_, email)| {
            let gone = email.finished_at.is_some_and(|at| at < before) && left > 0;
            left -= u32::from(gone);
            !gone
        });
        Ok(u64::try_from(count - rows.len()).unwrap())
    }
}

fn is_due(email: &Email, now: Millis) -> bool {
    email.finished_at.is_none() && !email.is_paused && email.due_at <= now
}
