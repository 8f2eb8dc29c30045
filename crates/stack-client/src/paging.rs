//! Streams over pages.

use std::future::Future;

use futures::{
    Stream, StreamExt, TryStreamExt,
    stream::{self, BoxStream},
};

use crate::Error;

/// Every item of the pages from `call` on.
///
/// `at` gives the same call for another cursor, `send` a page's items and the next cursor. A server that names the
/// cursor it was just asked for would be asked forever, so the stream ends there.
pub(crate) fn stream<'a, C, T, F>(
    call: C,
    at: impl Fn(C, String) -> C + Send + 'a,
    send: impl Fn(C) -> F + Send + 'a,
) -> BoxStream<'a, Result<T, Error>>
where
    C: Clone + Send + Sync + 'a,
    T: Send + 'a,
    F: Future<Output = Result<(Vec<T>, Option<String>), Error>> + Send + 'a,
{
    pages(call, at, send)
        .map_ok(|items| stream::iter(items).map(Ok))
        .try_flatten()
        .boxed()
}

/// Which page is next.
enum Next {
    First,
    At(String),
    None,
}

fn pages<'a, C, T, F>(
    call: C,
    at: impl Fn(C, String) -> C + Send + 'a,
    send: impl Fn(C) -> F + Send + 'a,
) -> impl Stream<Item = Result<Vec<T>, Error>> + Send + 'a
where
    C: Clone + Send + Sync + 'a,
    T: Send + 'a,
    F: Future<Output = Result<(Vec<T>, Option<String>), Error>> + Send + 'a,
{
    stream::try_unfold(Next::First, move |next| {
        let asked = match &next {
            Next::First | Next::None => None,
            Next::At(cursor) => Some(cursor.clone()),
        };
        let page = match next {
            Next::First => Some(send(call.clone())),
            Next::At(cursor) => Some(send(at(call.clone(), cursor))),
            Next::None => None,
        };
        async move {
            let Some(page) = page else { return Ok(None) };
            let (items, cursor) = page.await?;
            let next = match cursor {
                Some(cursor) if Some(&cursor) != asked.as_ref() => Next::At(cursor),
                _ => Next::None,
            };
            Ok(Some((items, next)))
        }
    })
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use super::*;

    type Page = Result<(Vec<u32>, Option<String>), Error>;

    async fn all(pages: fn(Option<String>) -> Page) -> Result<Vec<u32>, Error> {
        stream(None, |_, cursor| Some(cursor), move |cursor| ready(pages(cursor)))
            .try_collect()
            .await
    }

    #[tokio::test]
    async fn the_items_of_all_pages_come_in_order() {
        let items = all(|cursor| match cursor.as_deref() {
            None => Ok((vec![1, 2], Some("b".to_owned()))),
            Some("b") => Ok((vec![], Some("c".to_owned()))),
            _ => Ok((vec![3], None)),
        });
        assert_eq!(items.await.unwrap(), [1, 2, 3]);
    }

    #[tokio::test]
    async fn a_cursor_that_stands_still_ends_the_stream() {
        let items = all(|_| Ok((vec![1], Some("a".to_owned()))));
        assert_eq!(items.await.unwrap(), [1, 1]);
    }

    #[tokio::test]
    async fn an_error_ends_the_stream() {
        let items = all(|cursor| match cursor {
            None => Ok((vec![1], Some("b".to_owned()))),
            Some(_) => Err(Error::Invalid("broken".to_owned())),
        });
        assert!(matches!(items.await, Err(Error::Invalid(_))));
    }
}
