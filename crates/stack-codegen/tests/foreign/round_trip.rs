//! The client and the server of the fixtures understand each other.

use std::{collections::BTreeMap, sync::Arc};

use odd_client::{Client, Error, prelude::*, tags::calls::GetCallAnswer as Got};
use odd_server::{
    Answer, Failure,
    tags::{calls::*, later::*, names::*, types::*},
};
use types::*;

struct Server;

type Given<T> = Result<Answer<T>, Failure>;

impl CallsApi for Server {
    async fn get_call(&self, request: GetCallRequest) -> Given<GetCallAnswer> {
        if request.id == 404 {
            let message = Some("not there".to_owned());
            return Ok(GetCallAnswer::NotFound(CallError { message }).into());
        }
        let GetCallRequest {
            id,
            tags,
            ids,
            piped,
            created,
            page,
            filter,
            limit,
            x_trace,
            x_list,
            session,
            headers,
        } = request;
        let seen = BTreeMap::from([
            ("id".to_owned(), id.to_string()),
            ("tags".to_owned(), format!("{tags:?}")),
            ("ids".to_owned(), format!("{ids:?}")),
            ("piped".to_owned(), format!("{piped:?}")),
            ("created".to_owned(), serde_json::to_string(&created).unwrap()),
            ("page".to_owned(), serde_json::to_string(&page).unwrap()),
            ("filter".to_owned(), serde_json::to_string(&filter).unwrap()),
            ("limit".to_owned(), format!("{limit:?}")),
            ("trace".to_owned(), x_trace),
            ("list".to_owned(), format!("{x_list:?}")),
            ("session".to_owned(), format!("{session:?}")),
            (
                "authorization".to_owned(),
                format!("{:?}", headers.get("authorization")),
            ),
        ]);
        Ok(GetCallAnswer::Ok(seen).into())
    }

    async fn put_call(&self, request: PutCallRequest) -> Given<PutCallAnswer> {
        Ok(PutCallAnswer::Ok(format!("{}", request.body.map_or(0, |body| body.len())).into()).into())
    }

    async fn upload_call(&self, request: UploadCallRequest) -> Given<UploadCallAnswer> {
        let parts: Vec<_> = request
            .body
            .parts
            .iter()
            .map(|part| format!("{}={:?}:{}", part.name, part.file_name, part.bytes.len()))
            .collect();
        Ok(UploadCallAnswer::Created(parts.join(" ")).into())
    }

    async fn form_call(&self, request: FormCallRequest) -> Given<FormCallAnswer> {
        let body = serde_json::to_value(request.body).unwrap();
        Ok(FormCallAnswer::Otherwise(http::StatusCode::OK, body).into())
    }

    async fn bytes_call(&self, request: BytesCallRequest) -> Given<BytesCallAnswer> {
        Ok(BytesCallAnswer::Otherwise(http::StatusCode::OK, request.body.unwrap_or_default()).into())
    }

    async fn text_call(&self, request: TextCallRequest) -> Given<TextCallAnswer> {
        assert_eq!(request.body, "text");
        Err(Failure::status(http::StatusCode::IM_A_TEAPOT))
    }

    async fn xy(&self, request: XyRequest) -> Given<XyAnswer> {
        assert_eq!((request.x.as_str(), request.y.as_str()), ("a/b", "ü"));
        Ok(XyAnswer::NoContent.into())
    }

    async fn fixed_query(&self, _: FixedQueryRequest) -> Given<FixedQueryAnswer> {
        Ok(FixedQueryAnswer::NoContent.into())
    }
}

impl TypesApi for Server {
    async fn send_types(&self, request: SendTypesRequest) -> Given<SendTypesAnswer> {
        let tree = request.body.map(Box::new).map(|tree| *tree);
        Ok(SendTypesAnswer::Ok(AllTypes {
            tree,
            ..AllTypes::default()
        })
        .into())
    }
}

impl LaterApi for Server {
    async fn get_later(&self, _: GetLaterRequest) -> Given<GetLaterAnswer> {
        Ok(GetLaterAnswer::Ok(Later::default()).into())
    }
}

impl NamesApi for Server {
    async fn names_type(&self, request: NamesTypeRequest) -> Given<NamesTypeAnswer> {
        assert_eq!(request.client_query.as_deref(), Some("in the query"));
        assert_eq!(request.client_header.as_deref(), Some("in a header"));
        assert_eq!(request.filter.as_deref(), Some(&["a".to_owned(), "b".to_owned()][..]));
        let mut names = Names::new(request.type_, 1, -1);
        names.reaction = Some(NamesReaction::Minus1);
        Ok(NamesTypeAnswer::Ok(names).into())
    }

    async fn names_new(&self, _: NamesNewRequest) -> Given<NamesNewAnswer> {
        Ok(NamesNewAnswer::NoContent.into())
    }

    async fn names_list_all(&self, _: NamesListAllRequest) -> Given<NamesListAllAnswer> {
        Ok(NamesListAllAnswer::NoContent.into())
    }

    async fn names_names_list_all(&self, _: NamesNamesListAllRequest) -> Given<NamesNamesListAllAnswer> {
        Ok(NamesNamesListAllAnswer::NoContent.into())
    }

    async fn delete_names_type_self(&self, _: DeleteNamesTypeSelfRequest) -> Given<DeleteNamesTypeSelfAnswer> {
        Ok(DeleteNamesTypeSelfAnswer::NoContent.into())
    }
}

async fn client() -> Client {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = odd_server::routes().with_state(Arc::new(Server));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Client::new(&url)
}

#[tokio::test]
async fn every_style_of_parameter_arrives_as_it_was_sent() {
    let answer = (client().await.get_call().id(7).x_trace("t"))
        .tags(["a".to_owned(), "b,c".to_owned()])
        .ids([1, 2])
        .piped(["x".to_owned(), "y".to_owned()])
        .created(GetCallCreatedVariant1 { gte: Some(5), lt: None })
        .page(GetCallPage {
            size: Some(3),
            after: Some("z".to_owned()),
        })
        .filter(GetCallFilter {
            a: Some("f".to_owned()),
        })
        .x_list(["l".to_owned(), "m".to_owned()])
        .session("s")
        .send()
        .await
        .unwrap()
        .into_inner();
    let Got::Ok(seen) = answer else { panic!("{answer:?}") };
    let seen: Vec<_> = seen.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(
        seen,
        [
            "authorization=None",
            r#"created={"gte":5}"#,
            r#"filter={"a":"f"}"#,
            "id=7",
            "ids=Some([1, 2])",
            "limit=Some(20)",
            r#"list=Some(["l", "m"])"#,
            r#"page={"size":3,"after":"z"}"#,
            r#"piped=Some(["x", "y"])"#,
            r#"session=Some("s")"#,
            r#"tags=Some(["a", "b,c"])"#,
            "trace=t",
        ]
    );
}

#[tokio::test]
async fn bodies_of_every_kind_arrive() {
    let client = client().await;
    let parts = Multipart::new()
        .text("title", "x")
        .file("file", "a.png", "image/png", vec![0, 13, 10, 45, 45]);
    assert_eq!(
        client.upload_call().body(parts).send().await.unwrap().into_inner(),
        r#"title=None:1 file=Some("a.png"):5"#
    );
    let mut form = FormCallBody::new("n");
    form.items = Some(vec![FormCallBodyItemsItem { price: Some(2) }]);
    form.address = Some(FormCallBodyAddress {
        city: Some("Ü & Co".to_owned()),
    });
    let sent = serde_json::to_value(&form).unwrap();
    assert_eq!(client.form_call().body(form).send().await.unwrap().into_inner(), sent);
    assert_eq!(
        client
            .bytes_call()
            .body(bytes::Bytes::from_static(b"png"))
            .send()
            .await
            .unwrap()
            .into_inner(),
        "png"
    );
    assert_eq!(client.bytes_call().send().await.unwrap().into_inner(), "");
    assert_eq!(
        client
            .put_call()
            .id(1)
            .body(vec![CallError::default()])
            .send()
            .await
            .unwrap()
            .into_inner(),
        "1"
    );
    assert_eq!(client.put_call().id(1).send().await.unwrap().into_inner(), "0");
    let tree = Tree::new(vec![]);
    let answer = client
        .send_types()
        .body(tree.clone())
        .send()
        .await
        .unwrap()
        .into_inner();
    assert_eq!(answer.tree, Some(tree));
    assert_eq!(client.get_later().send().await.unwrap().into_inner(), Later::default());
}

#[tokio::test]
async fn names_that_rust_has_not_arrive_too() {
    let client = client().await;
    let call = client
        .names_type()
        .type_("of")
        .self_(uuid::Uuid::nil())
        .client_query("in the query")
        .client_header("in a header");
    let names = call
        .filter(["a".to_owned(), "b".to_owned()])
        .send()
        .await
        .unwrap()
        .into_inner();
    assert_eq!((names.r#type.as_str(), names.plus_1, names.minus_1), ("of", 1, -1));
    assert_eq!(names.reaction, Some(NamesReaction::Minus1));
    client.xy().x("a/b").y("ü").send().await.unwrap();
    client.fixed_query().send().await.unwrap();
}

#[tokio::test]
async fn failures_keep_their_status_and_body() {
    let client = client().await;
    let error = client.get_call().id(404).x_trace("t").send().await.unwrap_err();
    assert_eq!(error.status().unwrap(), 404);
    assert_eq!(error.body::<CallError>().unwrap().message.as_deref(), Some("not there"));
    let error = client
        .get_call()
        .id(1)
        .x_trace("t")
        .limit(1000)
        .send()
        .await
        .unwrap_err();
    assert!(error.to_string().contains("must be at most 100"), "{error}");
    assert!(matches!(
        client.get_call().id(1).send().await.unwrap_err(),
        Error::Invalid(_)
    ));
    assert_eq!(
        client
            .text_call()
            .body("text")
            .send()
            .await
            .unwrap_err()
            .status()
            .unwrap(),
        418
    );
}
