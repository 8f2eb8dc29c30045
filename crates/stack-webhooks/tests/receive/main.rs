//! What a receiver of webhooks relies on: signatures, events, the extractor, the layer, and the example.

mod http;
mod verify;

#[path = "../../examples/receiver.rs"]
#[expect(dead_code, reason = "its `main` isn't called; its tests run here")]
mod receiver;
