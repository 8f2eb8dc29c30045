//! Decides how many methods and request types an operation needs.
//!
//! An operation is one method if its request, its answer and its need for a user are the same for all who may call it.
//! Otherwise it is one method per group of accesses that agree, so that a client's method can't return a server's type.

use anyhow::{Context, Result, bail, ensure};
use heck::ToPascalCase;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::{
    model::{Access, Need, Operation, Param, SuccessKind},
    views::{Home, Views},
};

use super::answer::Answer;

/// An operation as its trait and its routes see it.
pub(in crate::emit) struct Plan<'a> {
    /// As the contract has it.
    pub(in crate::emit) operation: &'a Operation,
    /// One per method, the least access first.
    pub(in crate::emit) methods: Vec<Method<'a>>,
    /// One per request type.
    pub(in crate::emit) requests: Vec<Request<'a>>,
}

/// A method of the trait.
pub(in crate::emit) struct Method<'a> {
    /// Its name, for example `get_current_user_as_client`.
    pub(in crate::emit) name: Ident,
    /// Who calls it.
    pub(in crate::emit) accesses: Vec<Access>,
    /// Whether whoever calls it is signed in.
    pub(in crate::emit) needs_user: bool,
    /// The operation as the first of its accesses sees it.
    pub(in crate::emit) operation: &'a Operation,
    /// The type of its request.
    pub(in crate::emit) request: Ident,
    /// What it answers, and how that becomes a response.
    pub(in crate::emit) answer: Answer,
}

/// A request type.
pub(in crate::emit) struct Request<'a> {
    /// Its name without `Request`, for example `ListUsers`.
    pub(in crate::emit) stem: String,
    /// The operation as the first access that uses the type sees it.
    pub(in crate::emit) operation: &'a Operation,
    /// The first access that uses the type.
    pub(in crate::emit) access: Access,
    /// The type of its body.
    pub(in crate::emit) body: Option<TokenStream>,
}

impl Request<'_> {
    /// Its name.
    pub(in crate::emit) fn name(&self) -> Ident {
        format_ident!("{}Request", self.stem)
    }
}

/// What has to agree for two accesses to share a request type.
#[derive(PartialEq)]
struct RequestShape<'a> {
    path: Vec<ParamShape<'a>>,
    query: Vec<ParamShape<'a>>,
    body: Option<(bool, &'a str, Option<Home>)>,
}

type ParamShape<'a> = (&'a str, bool, &'a crate::model::Type, Option<&'a serde_json::Value>);

/// What has to agree for two accesses to share a method, besides the request.
#[derive(PartialEq)]
struct AnswerShape<'a> {
    needs_user: bool,
    output: Option<(&'a str, Option<Home>)>,
}

/// The accesses that share a method.
struct Group<'a> {
    accesses: Vec<Access>,
    operation: &'a Operation,
    request: usize,
    answer: AnswerShape<'a>,
}

impl<'a> Plan<'a> {
    /// The plan for `operation`.
    pub(in crate::emit) fn of(operation: &'a Operation, views: &'a Views) -> Result<Self> {
        ensure!(!operation.access.is_empty(), "{}: nobody may call it", operation.id);
        if operation.user.is_some() && operation.auth != Need::Required {
            bail!(
                "{}: `x-user` needs credentials, and `x-auth` says that there may be none",
                operation.id
            );
        }

        let mut shapes: Vec<(RequestShape<'_>, &Operation, Access)> = Vec::new();
        let mut groups: Vec<Group<'_>> = Vec::new();
        for &access in &operation.access {
            let seen = (views
                .view(access)
                .operations
                .iter()
                .find(|seen| seen.id == operation.id))
            .with_context(|| format!("{}: it isn't in the view of {access}", operation.id))?;
            let shape = request_shape(seen, access, views);
            let request = shapes
                .iter()
                .position(|(other, ..)| *other == shape)
                .unwrap_or_else(|| {
                    shapes.push((shape, seen, access));
                    shapes.len() - 1
                });
            let answer = answer_shape(seen, access, views);
            match groups
                .iter_mut()
                .find(|group| group.request == request && group.answer == answer)
            {
                Some(group) => group.accesses.push(access),
                None => groups.push(Group {
                    accesses: vec![access],
                    operation: seen,
                    request,
                    answer,
                }),
            }
        }
        if operation.auth != Need::Required {
            ensure!(
                groups.len() == 1,
                "{}: without credentials nobody can say which of its shapes is meant",
                operation.id
            );
        }

        let requests = name_requests(operation, shapes, views)?;
        let methods = groups
            .iter()
            .map(|group| method(group, groups.len() == 1, &requests, views))
            .collect::<Result<_>>()?;
        Ok(Self {
            operation,
            methods,
            requests,
        })
    }
}

fn request_shape<'a>(operation: &'a Operation, access: Access, views: &Views) -> RequestShape<'a> {
    let shape = |param: &'a Param| (param.name.as_str(), param.required, &param.ty, param.default.as_ref());
    RequestShape {
        path: operation.path_params.iter().map(shape).collect(),
        query: operation.query_params.iter().map(shape).collect(),
        body: operation
            .body
            .as_ref()
            .map(|body| (body.required, body.schema.as_str(), views.home(&body.schema, access))),
    }
}

fn answer_shape<'a>(operation: &'a Operation, access: Access, views: &Views) -> AnswerShape<'a> {
    AnswerShape {
        needs_user: operation
            .user
            .as_ref()
            .is_some_and(|rule| rule.required_for.contains(&access)),
        output: match &operation.success.kind {
            SuccessKind::Json(schema) => Some((schema, views.home(schema, access))),
            SuccessKind::Text(_) | SuccessKind::Redirect => None,
        },
    }
}

fn name_requests<'a>(
    operation: &Operation,
    shapes: Vec<(RequestShape<'_>, &'a Operation, Access)>,
    views: &Views,
) -> Result<Vec<Request<'a>>> {
    let stem = operation.id.to_pascal_case();
    let only = shapes.len() == 1;
    let request = |(_, seen, access): (RequestShape<'_>, &'a Operation, Access)| {
        Ok(Request {
            stem: if only {
                stem.clone()
            } else {
                format!("{stem}As{}", access.name().to_pascal_case())
            },
            operation: seen,
            access,
            body: seen
                .body
                .as_ref()
                .map(|body| path_to(&body.schema, access, views))
                .transpose()?,
        })
    };
    shapes.into_iter().map(request).collect()
}

fn method<'a>(group: &Group<'a>, only: bool, requests: &[Request<'_>], views: &Views) -> Result<Method<'a>> {
    let Group {
        accesses,
        operation,
        request,
        answer,
    } = group;
    let access = accesses[0];
    let name = if only {
        operation.id.clone()
    } else {
        format!("{}_as_{}", operation.id, access.name())
    };
    let body = match answer.output {
        Some((schema, _)) => path_to(schema, access, views)?,
        None => quote!(String),
    };
    Ok(Method {
        answer: Answer::of(&name, &operation.success, body),
        name: format_ident!("{name}"),
        accesses: accesses.clone(),
        needs_user: answer.needs_user,
        operation,
        request: requests[*request].name(),
    })
}

/// The path to the type of `schema` as `access` sees it.
fn path_to(schema: &str, access: Access, views: &Views) -> Result<TokenStream> {
    let name = format_ident!("{schema}");
    match views.home(schema, access) {
        Some(Home::Common) => Ok(quote!(stack_types::#name)),
        Some(Home::Of(home)) => {
            let module = format_ident!("{}", home.name());
            Ok(quote!(stack_types::#module::#name))
        }
        None => bail!("the schema {schema} isn't in the view of {access}"),
    }
}
