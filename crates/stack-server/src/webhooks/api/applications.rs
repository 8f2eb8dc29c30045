//! Applications: a project is its own.

use serde::Deserialize;
use serde_json::{Value, json};
use stack_domain::Tenant;

use super::{
    call::Call,
    reply::{Answered, Refused, Reply, page},
    time,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApplicationIn {
    uid: Option<String>,
}

pub(super) async fn list(call: Call) -> Reply {
    let tenants = vec![call.tenant];
    Ok(Answered::ok(page(
        tenants,
        1,
        |tenant| tenant.id().to_string(),
        |tenant| shown(tenant),
    )))
}

/// Gives the project's application, which is there from the beginning.
pub(super) async fn get_or_create(call: Call) -> Reply {
    let body: ApplicationIn = call.body()?;
    if body.uid.as_deref() != Some(call.project().as_str()) {
        return Err(Refused::invalid(
            "The only application is the project: uid must be its id.",
        ));
    }
    Ok(Answered::ok(shown(&call.tenant)))
}

pub(super) async fn get(call: Call) -> Reply {
    Ok(Answered::ok(shown(&call.tenant)))
}

fn shown(tenant: &Tenant) -> Value {
    let created_at = time::text(tenant.project.created_at);
    json!({
        "id": tenant.id(),
        "uid": tenant.id(),
        "name": tenant.project.display_name,
        "metadata": {},
        "rateLimit": null,
        "throttleRate": null,
        "createdAt": created_at,
        "updatedAt": created_at,
    })
}
