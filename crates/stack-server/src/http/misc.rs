//! Tag `misc`.

use stack_domain::models::User;
use stack_server_api::{
    Access, ApiError, MiscApi, Principal,
    misc::{
        CheckFeatureSupportRequest, CheckVersionRequest, GetApiInfoRequest, GetMigrationTestsHandlerRequest,
        GetMigrationTestsRequest,
    },
};
use stack_types::{VersionUpToDate, VersionVerdict};

use super::{Server, authenticate::Tenant};

type Anybody = Option<Principal<Access, Tenant, Option<User>>>;

impl MiscApi for Server {
    async fn get_api_info(&self, who: Anybody, _: GetApiInfoRequest) -> Result<String, ApiError> {
        Ok(api_info(who.as_ref()))
    }

    /// No client is known to be too old: the wire has never changed its shape.
    async fn check_version(&self, _: CheckVersionRequest) -> Result<VersionVerdict, ApiError> {
        Ok(VersionUpToDate { up_to_date: true }.into())
    }

    async fn check_feature_support(&self, _: Anybody, _: CheckFeatureSupportRequest) -> Result<String, ApiError> {
        Ok("This server doesn't know the feature that was looked for. A newer version may.".to_owned())
    }

    async fn get_migration_tests(&self, _: GetMigrationTestsRequest) -> Result<String, ApiError> {
        Ok("Requests of this version arrive.".to_owned())
    }

    async fn get_migration_tests_handler(&self, request: GetMigrationTestsHandlerRequest) -> Result<String, ApiError> {
        let parameter = request.query.query_param_new.unwrap_or_else(|| "n/a".to_owned());
        Ok(format!("queryParamNew: {parameter}"))
    }
}

fn api_info(who: Option<&Principal<Access, Tenant, Option<User>>>) -> String {
    let (access, project, user) = match who {
        None => ("none", "none".to_owned(), "none".to_owned()),
        Some(who) => (
            who.access.name(),
            who.tenant.project.id().to_string(),
            who.user
                .as_ref()
                .map_or_else(|| "none".to_owned(), |user| user.profile.id.to_string()),
        ),
    };
    format!("Stack Auth API\n\nAccess type: {access}\nProject: {project}\nUser: {user}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_in_particular_is_greeted_as_such() {
        assert_eq!(
            api_info(None),
            "Stack Auth API\n\nAccess type: none\nProject: none\nUser: none\n"
        );
    }
}
