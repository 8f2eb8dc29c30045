//! Clients that hold connections and send next to nothing.

use std::time::Duration;

use stack_tests::TestServer;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

async fn impatient() -> (TestServer, TcpStream) {
    let server = TestServer::start_with(|config| config.header_timeout = Duration::from_millis(100)).await;
    let address = server.url().replace("http://", "");
    let stream = TcpStream::connect(address).await.expect("a connection");
    (server, stream)
}

#[tokio::test]
async fn a_client_that_never_finishes_its_headers_is_cut_off() {
    let (server, mut stream) = impatient().await;
    stream
        .write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\nx-slow: ")
        .await
        .expect("it is sent");
    let mut received = Vec::new();
    // Ends when the server closes the connection; a reset is a close, too.
    let _ = stream.read_to_end(&mut received).await;
    assert!(!String::from_utf8_lossy(&received).contains("200 OK"));
    server.root_call("GET /health").send().await.answers(200);
}

#[tokio::test]
async fn a_client_that_is_quick_enough_is_answered_and_its_idle_connection_closed() {
    let (_server, mut stream) = impatient().await;
    stream
        .write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .await
        .expect("it is sent");
    let mut received = Vec::new();
    let _ = stream.read_to_end(&mut received).await;
    assert!(String::from_utf8_lossy(&received).starts_with("HTTP/1.1 200 OK"));
}
