//! The header `authorization` of the few operations that read it (`x-authorization`): an argument of their builders.
//!
//! OpenAPI has no parameter of that name, so published documents show a security scheme. progenitor knows nothing of
//! those: it is given a parameter, and the code that it makes of it is replaced by one that keeps the secret out of logs.

use anyhow::{Result, ensure};
use quote::ToTokens;
use serde_json::{Map, Value, json};
use syn::{
    Block, Expr, Pat, Stmt, parse_quote,
    visit_mut::{self, VisitMut},
};

use crate::{
    model::{Authorization, Operation},
    views::View,
};

/// The type of `stack-client` that holds it, which is the name of its component in a lowered document too.
pub(super) const TYPE: &str = "Authorization";

/// The argument.
const ARGUMENT: &str = "authorization";

/// Gives the operations that read the header a parameter for it.
pub(super) fn declare(document: &mut Value, view: &View) -> Result<()> {
    let mut reading = view
        .operations
        .iter()
        .filter(|it| it.authorization.is_some())
        .peekable();
    if reading.peek().is_none() {
        return Ok(());
    }
    ensure!(
        !view.schemas.contains_key(TYPE),
        "the schema `{TYPE}` has the name that stack-client needs for the header"
    );
    document["components"]["schemas"][TYPE] = json!({"type": "string"});
    for operation in reading {
        ensure!(
            operation.query_params.iter().all(|param| param.name != ARGUMENT),
            "`{}` reads the header `{ARGUMENT}`, so no parameter can have that name",
            operation.id
        );
        let places = document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
        let methods = places.filter_map(|item| item.get_mut(&operation.method));
        for found in methods.filter(|found| found["operationId"] == *operation.id) {
            let parameter = json!({
                "name": ARGUMENT,
                "in": "header",
                "required": false,
                "schema": {"$ref": format!("#/components/schemas/{TYPE}")},
            });
            match found["parameters"].as_array_mut() {
                Some(parameters) => parameters.push(parameter),
                None => found["parameters"] = json!([parameter]),
            }
        }
    }
    Ok(())
}

/// Says what the argument is for.
pub(super) fn about(operation: &Operation) -> Option<&'static str> {
    operation.authorization.map(|authorization| match authorization {
        Authorization::Bearer => {
            "What is shown in the header `authorization`: \
             [`Authorization::bearer`](crate::Authorization::bearer) and a token."
        }
        Authorization::Basic => {
            "What is shown in the header `authorization`: \
             [`Authorization::basic`](crate::Authorization::basic), a name and a password."
        }
    })
}

/// Puts the header into the request, where progenitor would have printed it into a map.
pub(super) struct SendIt;

impl VisitMut for SendIt {
    fn visit_block_mut(&mut self, block: &mut Block) {
        block.stmts.retain(|statement| !appends_it(statement));
        let made = block.stmts.iter().position(|statement| match statement {
            Stmt::Local(local) => matches!(&local.pat, Pat::Ident(name) if name.ident == "request"),
            _ => false,
        });
        if let Some(at) = made {
            let send: Stmt = parse_quote! {
                if let Some(authorization) = &authorization {
                    authorization.insert_into(request.headers_mut()).map_err(Error::InvalidRequest)?;
                }
            };
            block.stmts.insert(at + 1, send);
        }
        visit_mut::visit_block_mut(self, block);
    }
}

/// `if let Some(value) = authorization { header_map.append(…) }`.
fn appends_it(statement: &Stmt) -> bool {
    match statement {
        Stmt::Expr(Expr::If(condition), _) => {
            condition.cond.to_token_stream().to_string().ends_with(ARGUMENT)
                && condition
                    .then_branch
                    .to_token_stream()
                    .to_string()
                    .contains("header_map")
        }
        _ => false,
    }
}
