//! How fast a project may send: a base, what it sent during the last month on top of it, and a boost now and then.

use std::time::Duration;

use stack_types::{Millis, ProjectId};

use super::Emails;
use crate::{
    core::{Core, Tenant},
    error::DomainResult,
    models::SentCounts,
    ports::{EmailRepository, MailToUsersRepository, Repositories, Storage, Transaction},
};

/// How many times as fast a project sends during a boost.
pub const BOOST: u32 = 4;

/// How long a boost goes on.
const BOOST_LASTS: Duration = Duration::from_secs(4 * 60 * 60);

/// How many times what it sent in an average hour of the last month a project may send on top of the base.
const GROWTH: u64 = 4;

/// The hours of the last month.
const MONTH_HOURS: u64 = 30 * 24;

/// One of so many mails of an hour is kept for those that aren't sent in bulk.
const KEPT_FOR_OTHERS: u32 = 4;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// How mail of a project goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryInfo {
    /// How many mails were sent.
    pub sent: SentCounts,
    /// How many mails an hour the project may send now.
    pub per_hour: u32,
    /// When the boost ends, if there is one.
    pub boost_expires_at: Option<Millis>,
}

/// A boost, and when it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Boost {
    /// It has begun.
    Begun(Millis),
    /// It had begun before; nothing was changed.
    GoesOn(Millis),
}

/// How many mails may be sent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    /// In all.
    pub(super) all: u32,
    /// Of those in bulk.
    pub(super) bulk: u32,
}

impl<S: Storage> Emails<S> {
    /// How many mails were sent, and how fast.
    ///
    /// # Errors
    ///
    /// Only those of the storage.
    pub async fn delivery_info(&self, tenant: &Tenant) -> DomainResult<DeliveryInfo> {
        let core = &*self.0;
        let (project, now) = (tenant.id(), core.now());
        let mut reader = core.storage.read().await?;
        let sent = reader.count_sent_emails(project, now).await?;
        let boost_expires_at = reader.find_email_boost(project).await?.filter(|ends| *ends > now);
        let times = if boost_expires_at.is_some() { BOOST } else { 1 };
        Ok(DeliveryInfo {
            sent,
            per_hour: per_hour(core.mail.per_hour, sent.month, times),
            boost_expires_at,
        })
    }

    /// Begins a boost, if none goes on.
    ///
    /// # Errors
    ///
    /// Only those of the storage.
    pub async fn boost(&self, tenant: &Tenant) -> DomainResult<Boost> {
        let core = &*self.0;
        let (project, now) = (tenant.id(), core.now());
        let expires_at = now.saturating_add(BOOST_LASTS);
        let mut writer = core.storage.write().await?;
        if !writer.begin_email_boost(project, now, expires_at).await? {
            let goes_on_until = writer.find_email_boost(project).await?;
            return Ok(Boost::GoesOn(goes_on_until.unwrap_or(expires_at)));
        }
        writer.commit().await?;
        core.mail_wake.ring();
        Ok(Boost::Begun(expires_at))
    }
}

impl<S: Storage> Core<S> {
    /// How many mails a project may send at `now`. What it sent in the last month is only counted if the base is used
    /// up.
    pub(super) async fn mail_room(
        &self,
        repositories: &mut impl Repositories,
        project: &ProjectId,
        now: Millis,
    ) -> DomainResult<Room> {
        let boost = repositories.find_email_boost(project).await?;
        let times = if boost.is_some_and(|ends| ends > now) { BOOST } else { 1 };
        let since = now.saturating_sub(HOUR);
        let mut capacity = per_hour(self.mail.per_hour, 0, times);
        let mut used = repositories.count_emails_sent_since(project, since, capacity).await?;
        if used >= capacity && capacity > 0 {
            let month = repositories.count_sent_emails(project, now).await?.month;
            capacity = per_hour(self.mail.per_hour, month, times);
            used = repositories.count_emails_sent_since(project, since, capacity).await?;
        }
        let all = capacity.saturating_sub(used);
        Ok(Room {
            all,
            bulk: all.saturating_sub(capacity / KEPT_FOR_OTHERS),
        })
    }
}

fn per_hour(base: u32, sent_in_month: u32, times: u32) -> u32 {
    let growth = u64::from(sent_in_month) * GROWTH / MONTH_HOURS;
    let capacity = (u64::from(base) + growth) * u64::from(times);
    u32::try_from(capacity).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_sends_much_may_send_more() {
        assert_eq!(per_hour(200, 0, 1), 200);
        assert_eq!(per_hour(200, 7_200, 1), 240);
        assert_eq!(per_hour(200, 7_200, BOOST), 960);
        assert_eq!(per_hour(0, 0, BOOST), 0);
        assert_eq!(per_hour(u32::MAX, u32::MAX, BOOST), u32::MAX);
    }
}
