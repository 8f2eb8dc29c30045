//! Tag `internal-onboarding`.

use stack_domain::{
    config::{self, SignUpRulesDefaultAction},
    models::{RiskScores, UnverifiedUser, User},
    sign_up_rules::{
        ACTIONS, Attempt, AuthMethod, Evaluation, EvaluationStatus, HOURS, RuleStats, SignUpRuleStats, Verdict, explain,
    },
};
use stack_server_api::{
    AdminAccess, ApiError, InternalOnboardingApi, Principal, ServerAccess,
    internal_onboarding::{
        GetSignUpRulesStatsRequest, PreviewAffectedUsersRequest, SendSignInInvitationRequest, TestSignUpRulesRequest,
    },
};
use stack_types::{
    AffectedUser, AffectedUsers, BotChallengeResult, HourlyCount, RestrictedReason, RestrictedReasonType,
    SignUpAuthMethod, SignUpDecision, SignUpRiskScores, SignUpRuleAction, SignUpRuleActionCounts, SignUpRuleActionType,
    SignUpRuleContext, SignUpRuleEvaluation, SignUpRuleStatus, SignUpRuleTriggers, SignUpRulesOutcome,
    SignUpRulesStats, SignUpRulesTest, SignUpRulesTestResult, Success,
};

use super::{Server, authenticate::Tenant, cli_auth::iso_8601, error::api_error, server::SUCCESS};

type Admin = Principal<AdminAccess, Tenant, Option<User>>;

/// How many affected users are named unless the caller says otherwise.
const USUAL_PREVIEW: i64 = 10;

impl InternalOnboardingApi for Server {
    async fn preview_affected_users(
        &self,
        who: Admin,
        request: PreviewAffectedUsersRequest,
    ) -> Result<AffectedUsers, ApiError> {
        let limit = request.query.limit.unwrap_or(USUAL_PREVIEW);
        let limit = u32::try_from(limit).unwrap_or_default();
        let change = request.body.onboarding.require_email_verification;
        let onboarding = &self.domain.onboarding;
        let affected = onboarding.preview(&who.tenant.project, change, limit).await;
        let affected = affected.map_err(api_error)?;
        Ok(AffectedUsers {
            affected_users: affected.users.into_iter().map(affected_user).collect(),
            total_affected_count: affected.count.into(),
        })
    }

    async fn send_sign_in_invitation(
        &self,
        who: Principal<ServerAccess, Tenant, Option<User>>,
        request: SendSignInInvitationRequest,
    ) -> Result<Success, ApiError> {
        let (project, body) = (&who.tenant.project, request.body);
        let sent = self.domain.otp.invite(project, &body.email, &body.callback_url).await;
        sent.map(|()| SUCCESS).map_err(api_error)
    }

    async fn get_sign_up_rules_stats(
        &self,
        who: Admin,
        _: GetSignUpRulesStatsRequest,
    ) -> Result<SignUpRulesStats, ApiError> {
        let stats = self.domain.onboarding.sign_up_rule_stats(&who.tenant.project).await;
        stats.map(rules_stats).map_err(api_error)
    }

    async fn test_sign_up_rules(
        &self,
        who: Admin,
        request: TestSignUpRulesRequest,
    ) -> Result<SignUpRulesTestResult, ApiError> {
        let body = request.body;
        let email = body.email.as_deref().map(stack_domain::emails::normalize);
        let attempt = Attempt {
            email: email.as_deref(),
            method: auth_method(&body.auth_method),
            oauth_provider: body.oauth_provider.as_deref(),
            country_code: body.country_code.as_deref(),
            risk_scores: risk_scores(body.risk_scores.as_ref()),
        };
        let explanation = explain(&who.tenant.project.config.auth, &attempt);
        Ok(SignUpRulesTestResult {
            context: context(&attempt, &body),
            evaluations: explanation.evaluations.into_iter().map(evaluation).collect(),
            outcome: outcome(explanation.verdict),
        })
    }
}

fn affected_user(user: UnverifiedUser) -> AffectedUser {
    AffectedUser {
        id: user.id,
        display_name: user.display_name,
        primary_email: user.primary_email,
        restricted_reason: RestrictedReason {
            r#type: RestrictedReasonType::EmailNotVerified,
        },
    }
}

fn rules_stats(stats: SignUpRuleStats) -> SignUpRulesStats {
    let [allow, reject, restrict, log] = stats.by_action;
    debug_assert_eq!(ACTIONS.len(), stats.by_action.len());
    SignUpRulesStats {
        rule_triggers: stats.rules.into_iter().map(rule_triggers).collect(),
        analytics_hours: HOURS.into(),
        total_triggers: stats.by_action.iter().sum(),
        triggers_by_action: SignUpRuleActionCounts {
            allow,
            reject,
            restrict,
            log,
        },
    }
}

fn rule_triggers(stats: RuleStats) -> SignUpRuleTriggers {
    let hour = |(hour, count)| HourlyCount {
        hour: iso_8601(hour),
        count,
    };
    SignUpRuleTriggers {
        rule_id: stats.rule_id.into(),
        total_count: stats.hours.iter().map(|(_, count)| count).sum(),
        all_time_count: stats.all_time,
        hourly_counts: stats.hours.into_iter().map(hour).collect(),
    }
}

/// Methods that the contract doesn't know are refused before.
const fn auth_method(method: &SignUpAuthMethod) -> AuthMethod {
    match method {
        SignUpAuthMethod::Password | SignUpAuthMethod::Unknown(_) => AuthMethod::Password,
        SignUpAuthMethod::Otp => AuthMethod::Otp,
        SignUpAuthMethod::Oauth => AuthMethod::OAuth,
        SignUpAuthMethod::Passkey => AuthMethod::Passkey,
    }
}

/// This server judges nobody: without scores they are 0, as at a sign-up.
fn risk_scores(scores: Option<&SignUpRiskScores>) -> RiskScores {
    let score = |score: i64| u8::try_from(score).unwrap_or(u8::MAX);
    scores.map_or_else(RiskScores::default, |scores| RiskScores {
        bot: score(scores.bot),
        free_trial_abuse: score(scores.free_trial_abuse),
    })
}

fn context(attempt: &Attempt<'_>, body: &SignUpRulesTest) -> SignUpRuleContext {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let domain = attempt
        .email
        .and_then(|email| email.rsplit_once('@'))
        .map(|(_, domain)| domain);
    SignUpRuleContext {
        email: text(attempt.email),
        email_domain: text(domain),
        country_code: text(attempt.country_code),
        auth_method: body.auth_method.clone(),
        oauth_provider: text(attempt.oauth_provider),
        turnstile_result: body.turnstile_result.clone().unwrap_or(BotChallengeResult::Ok),
        risk_scores: SignUpRiskScores {
            bot: attempt.risk_scores.bot.into(),
            free_trial_abuse: attempt.risk_scores.free_trial_abuse.into(),
        },
    }
}

fn evaluation(evaluation: Evaluation) -> SignUpRuleEvaluation {
    let rule = evaluation.rule;
    SignUpRuleEvaluation {
        rule_id: evaluation.id.into(),
        display_name: rule.display_name.unwrap_or_default(),
        enabled: rule.enabled,
        condition: rule.condition.unwrap_or_default(),
        status: match evaluation.status {
            EvaluationStatus::Matched => SignUpRuleStatus::Matched,
            EvaluationStatus::NotMatched => SignUpRuleStatus::NotMatched,
            EvaluationStatus::Disabled => SignUpRuleStatus::Disabled,
            EvaluationStatus::MissingCondition => SignUpRuleStatus::MissingCondition,
            EvaluationStatus::Error => SignUpRuleStatus::Error,
        },
        action: SignUpRuleAction {
            r#type: action_type(rule.action.r#type),
            message: rule.action.message,
        },
        error: evaluation.error.map(str::to_owned),
    }
}

const fn action_type(action: config::SignUpRuleActionType) -> SignUpRuleActionType {
    match action {
        config::SignUpRuleActionType::Allow => SignUpRuleActionType::Allow,
        config::SignUpRuleActionType::Reject => SignUpRuleActionType::Reject,
        config::SignUpRuleActionType::Restrict => SignUpRuleActionType::Restrict,
        config::SignUpRuleActionType::Log => SignUpRuleActionType::Log,
    }
}

fn outcome(verdict: Verdict) -> SignUpRulesOutcome {
    let is_by_rule = verdict.decided_by.is_some();
    SignUpRulesOutcome {
        should_allow: verdict.is_allowed(),
        decision: match (verdict.decision, is_by_rule) {
            (SignUpRulesDefaultAction::Allow, true) => SignUpDecision::Allow,
            (SignUpRulesDefaultAction::Allow, false) => SignUpDecision::DefaultAllow,
            (SignUpRulesDefaultAction::Reject, true) => SignUpDecision::Reject,
            (SignUpRulesDefaultAction::Reject, false) => SignUpDecision::DefaultReject,
        },
        decision_rule_id: verdict.decided_by.map(Into::into),
        restricted_because_of_rule_id: verdict.restricted_by.map(Into::into),
    }
}
