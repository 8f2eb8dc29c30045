//! How often sign-up rules matched: counted in the transaction of the sign-up, or by itself if there is none.

use std::{collections::BTreeMap, time::Duration};

use stack_types::Millis;

use super::{Onboarding, Verdict};
use crate::{
    config::SignUpRuleActionType,
    core::{Core, Tenant},
    error::{DomainError, DomainResult},
    known,
    ports::{Repositories, SignUpRuleRepository, Storage, Transaction},
};

/// How many hours the counts by the hour reach back, with the one that goes on.
pub const HOURS: u32 = 48;

const HOUR_MILLIS: i64 = 60 * 60 * 1000;

/// All actions, in the order of their names on the wire.
pub const ACTIONS: [SignUpRuleActionType; 4] = [
    SignUpRuleActionType::Allow,
    SignUpRuleActionType::Reject,
    SignUpRuleActionType::Restrict,
    SignUpRuleActionType::Log,
];

/// How often the rules of a project matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignUpRuleStats {
    /// The rules of the project, by id.
    pub rules: Vec<RuleStats>,
    /// How often each of [`ACTIONS`] was taken in the last [`HOURS`].
    pub by_action: [i64; 4],
}

/// How often a rule matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleStats {
    /// The rule.
    pub rule_id: String,
    /// How often since it is counted.
    pub all_time: i64,
    /// The beginning of each of the last [`HOURS`] and how often in it, the earliest first.
    pub hours: Vec<(Millis, i64)>,
}

impl<S: Storage> Core<S> {
    /// Counts what matched, within the transaction of the sign-up.
    pub(crate) async fn count_sign_up_rules(
        &self,
        writer: &mut impl Repositories,
        tenant: &Tenant,
        verdict: &Verdict,
    ) -> DomainResult<()> {
        let hour = hour_of(self.now());
        for (rule, action) in &verdict.matched {
            if *action == SignUpRuleActionType::Log {
                tracing::info!(project = %tenant.id(), rule, "a sign-up rule applies");
            }
            writer
                .count_sign_up_rule(tenant.id(), rule, name_of(*action), hour)
                .await?;
        }
        Ok(())
    }

    /// Counts what matched and gives the error that the sign-up ends with. No writer may be held.
    pub(crate) async fn reject_sign_up(&self, tenant: &Tenant, verdict: &Verdict) -> DomainError {
        match self.count_rejected(tenant, verdict).await {
            Ok(()) => known::sign_up_rejected(),
            Err(error) => error,
        }
    }

    async fn count_rejected(&self, tenant: &Tenant, verdict: &Verdict) -> DomainResult<()> {
        if verdict.matched.is_empty() {
            return Ok(());
        }
        let mut writer = self.storage.write().await?;
        self.count_sign_up_rules(&mut writer, tenant, verdict).await?;
        Ok(writer.commit().await?)
    }
}

impl<S: Storage> Onboarding<S> {
    /// How often the rules of a project matched. Rules that were deleted aren't told of.
    ///
    /// # Errors
    ///
    /// Only those of the storage.
    pub async fn sign_up_rule_stats(&self, tenant: &Tenant) -> DomainResult<SignUpRuleStats> {
        let core = &*self.0;
        let last = hour_of(core.now());
        let first = last.saturating_sub(Duration::from_secs(u64::from(HOURS - 1) * 3600));
        let (counts, totals) = {
            let mut reader = core.storage.read().await?;
            let counts = reader.list_sign_up_rule_hours(tenant.id(), first).await?;
            (counts, reader.list_sign_up_rule_totals(tenant.id()).await?)
        };
        let totals: BTreeMap<String, i64> = totals.into_iter().collect();
        let rules = &tenant.config.auth.sign_up_rules;
        let of_rules = counts.iter().filter(|count| rules.contains_key(&count.rule_id));
        let mut by_action = [0; 4];
        let mut by_hour: BTreeMap<(&str, Millis), i64> = BTreeMap::new();
        for count in of_rules {
            *by_hour.entry((&count.rule_id, count.hour)).or_default() += count.matches;
            if let Some(place) = ACTIONS.iter().position(|action| name_of(*action) == count.action) {
                by_action[place] += count.matches;
            }
        }
        let hours: Vec<Millis> = (0..i64::from(HOURS))
            .map(|n| Millis(first.get() + n * HOUR_MILLIS))
            .collect();
        let stats = |id: &String| RuleStats {
            rule_id: id.clone(),
            all_time: totals.get(id).copied().unwrap_or_default(),
            hours: hours
                .iter()
                .map(|hour| (*hour, by_hour.get(&(id.as_str(), *hour)).copied().unwrap_or_default()))
                .collect(),
        };
        Ok(SignUpRuleStats {
            rules: rules.keys().map(stats).collect(),
            by_action,
        })
    }
}

/// When the hour began.
fn hour_of(instant: Millis) -> Millis {
    Millis(instant.get().div_euclid(HOUR_MILLIS) * HOUR_MILLIS)
}

/// The name in the database.
const fn name_of(action: SignUpRuleActionType) -> &'static str {
    match action {
        SignUpRuleActionType::Allow => "allow",
        SignUpRuleActionType::Reject => "reject",
        SignUpRuleActionType::Restrict => "restrict",
        SignUpRuleActionType::Log => "log",
    }
}
