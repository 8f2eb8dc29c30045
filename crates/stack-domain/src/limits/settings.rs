//! The budgets that hold.

use std::{str::FromStr, time::Duration};

use super::Limit;
use crate::models::Budget;

/// The longest time in which a budget may fill: 30 days.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The budget of each limit; a limit without one doesn't hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitSettings([Option<Budget>; Limit::ALL.len()]);

impl LimitSettings {
    /// No limits at all.
    pub const OFF: Self = Self([None; Limit::ALL.len()]);

    /// The budget of a limit.
    pub fn of(&self, limit: Limit) -> Option<Budget> {
        self.0[index(limit)]
    }

    /// The same with another budget of a limit.
    #[must_use]
    pub fn with(mut self, limit: Limit, budget: Option<Budget>) -> Self {
        self.0[index(limit)] = budget;
        self
    }
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self(Limit::ALL.map(|limit| Some(limit.default_budget())))
    }
}

/// Reads `off`, or what differs from the defaults: `sign-in.account=10/15m, mail.address=off`.
impl FromStr for LimitSettings {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text == "off" {
            return Ok(Self::OFF);
        }
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.into_iter().try_fold(Self::default(), |settings, part| {
            let (name, budget) = part
                .split_once('=')
                .ok_or_else(|| format!("`{part}` isn't of the form `sign-in.account=10/15m`"))?;
            let limit = find(name.trim())?;
            Ok(settings.with(limit, parse_budget(budget.trim())?))
        })
    }
}

fn index(limit: Limit) -> usize {
    Limit::ALL
        .iter()
        .position(|&other| other == limit)
        .expect("all limits are listed")
}

fn find(name: &str) -> Result<Limit, String> {
    Limit::ALL
        .into_iter()
        .find(|limit| limit.name() == name)
        .ok_or_else(|| {
            let names = Limit::ALL.map(Limit::name).join(", ");
            format!("there is no limit `{name}`; there are {names}")
        })
}

fn parse_budget(text: &str) -> Result<Option<Budget>, String> {
    if text == "off" {
        return Ok(None);
    }
    let budget = text.split_once('/').and_then(|(tries, period)| {
        Some(Budget {
            tries: tries.trim().parse().ok().filter(|&tries| tries > 0)?,
            period: parse_period(period.trim())?,
        })
    });
    let budget = budget.ok_or_else(|| {
        format!("`{text}` is no budget; write tries and the time in which they come back, such as `10/15m`, or `off`")
    })?;
    Ok(Some(budget))
}

fn parse_period(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let unit_secs = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return None,
    };
    let secs = digits.parse::<u64>().ok()?.checked_mul(unit_secs)?;
    let period = Duration::from_secs(secs);
    (secs > 0 && period <= LONGEST).then_some(period)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_named_differs_from_the_defaults() {
        let settings: LimitSettings = "sign-in.account=10/15m, mail.address=off".parse().unwrap();
        let budget = Budget {
            tries: 10,
            period: Duration::from_secs(900),
        };
        assert_eq!(settings.of(Limit::SignInPerAccount), Some(budget));
        assert_eq!(settings.of(Limit::MailPerAddress), None);
        for limit in Limit::ALL {
            if !matches!(limit, Limit::SignInPerAccount | Limit::MailPerAddress) {
                assert_eq!(settings.of(limit), Some(limit.default_budget()), "{limit:?}");
            }
        }
        assert_eq!("".parse(), Ok(LimitSettings::default()));
        assert_eq!(" off ".parse(), Ok(LimitSettings::OFF));
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_what_would() {
        for (text, told) in [
            ("sign-in", "form"),
            ("sign_in.account=1/1m", "sign-in.account"),
            ("sign-in.account=0/1m", "10/15m"),
            ("sign-in.account=1/0m", "10/15m"),
            ("sign-in.account=1/31d", "10/15m"),
            ("sign-in.account=1/é", "10/15m"),
            ("sign-in.account=1", "10/15m"),
        ] {
            let error = text.parse::<LimitSettings>().unwrap_err();
            assert!(error.contains(told), "{text}: {error}");
        }
    }

    #[test]
    fn every_limit_has_a_name_of_its_own() {
        let mut names = Limit::ALL.map(Limit::name);
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    }
}
